import { matchesGlob } from './project.ts';

/** GitLab and this bot set these themselves; nobody may stand in for them. */
const reserved = ['CI_*', 'GITLAB_*', 'CHATOPS_*'] as const;

/**
 * The names that may not be set there, as typed. Said: what `variables` lists. Not said: on tier production none may
 * be set, elsewhere all. Reserved names never.
 */
export function refusedVariables(
  names: readonly string[],
  about: { readonly allowed: readonly string[] | undefined; readonly tier: string | undefined },
): readonly string[] {
  const allowed = allowedVariables(about);
  return names.filter((name) => isReserved(name) || !allowed.some((glob) => matchesGlob(glob, name)));
}

/** Whether GitLab or this bot sets it. */
export function isReserved(name: string): boolean {
  return reserved.some((glob) => matchesGlob(glob, name.toUpperCase()));
}

/** Names and patterns of what may be set there. */
export function allowedVariables(about: {
  readonly allowed: readonly string[] | undefined;
  readonly tier: string | undefined;
}): readonly string[] {
  return about.allowed ?? (about.tier === 'production' ? [] : ['*']);
}
