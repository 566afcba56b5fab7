import { nearest } from './nearest.ts';
import type { ProjectRules } from './project.ts';

/** An environment as GitLab lists it. */
export interface Environment {
  readonly id: number;
  readonly name: string;
  readonly tier?: string | undefined;
  readonly url?: string | undefined;
}

/**
 * The tier that GitLab will give to an environment of this name when its first deployment makes it, as far as it
 * matters to us: production or not.
 * @see https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments
 */
export function guessTier(name: string): 'production' | undefined {
  // Only the pipeline knows what it will be called, so it may be production.
  if (name.includes('$')) return 'production';
  const before = /dev|review|trunk|test|tst|qa|qc|quality|sta?ge?|pre|demo|non/i;
  return /pro?d|live/i.test(name) && !before.test(name) ? 'production' : undefined;
}

/** Whether an environment is of tier production: as GitLab said, else as its name tells. */
export function isProduction({ environment, tier }: EnvironmentTier): boolean {
  return (tier ?? guessTier(environment)) === 'production';
}

/** An environment's name, and its tier where we were told. */
export interface EnvironmentTier {
  readonly environment: string;
  readonly tier?: string | undefined;
}

const tiers = ['production', 'staging', 'testing', 'development'];

/** How near an environment is to production, 0 for production itself: lists begin with what matters most. */
export function tierRank({ tier }: Pick<Environment, 'tier'>): number {
  const at = tiers.indexOf(tier ?? '');
  return at < 0 ? tiers.length : at;
}

/** The word a person typed, read as an environment: found, or the nearest names (best first). */
export type EnvironmentMatch =
  | { readonly kind: 'found'; readonly name: string; readonly environment: Environment | undefined }
  | { readonly kind: 'unknown'; readonly candidates: readonly string[] };

/**
 * Finds the environment that `word` means: a configured alias, an exact name, then without case; else, of those that
 * start with the word, the one that all the others start with (`prod` is `production`, though `production-canary`
 * exists). A configured name counts even before GitLab has the environment: the first deployment makes it.
 */
export function matchEnvironment(
  word: string,
  environments: readonly Environment[],
  rules: ProjectRules,
): EnvironmentMatch {
  const configured = rules.environments.filter((rule) => !/[*?]/.test(rule.name)).map((rule) => rule.name);
  const names = [...new Set([...environments.map((e) => e.name), ...configured])];
  const found = (name: string): EnvironmentMatch => ({
    kind: 'found',
    name,
    environment: environments.find((e) => e.name === name),
  });

  const alias = rules.environments.find((rule) => rule.aliases.includes(word));
  if (alias) return found(alias.name);
  if (names.includes(word)) return found(word);

  const lower = word.toLowerCase();
  const aliasFolded = rules.environments.find((rule) => rule.aliases.some((a) => a.toLowerCase() === lower));
  if (aliasFolded) return found(aliasFolded.name);
  const folded = names.filter((name) => name.toLowerCase() === lower);
  if (folded.length === 1 && folded[0] !== undefined) return found(folded[0]);

  const starting = names.filter((name) => lower.length > 1 && name.toLowerCase().startsWith(lower));
  const shortest = starting.toSorted((a, b) => a.length - b.length)[0];
  if (shortest !== undefined && starting.every((name) => name.startsWith(shortest))) return found(shortest);

  return { kind: 'unknown', candidates: nearest(word, names, 5) };
}
