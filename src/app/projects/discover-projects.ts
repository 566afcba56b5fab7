import { GitLabError, NotFoundError, PayloadError } from '../../domain/errors.ts';
import { isSamePath, literalPrefix, type ProjectRef } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Log } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { type ConfiguredProjects, type KnownProjects, projectFact, type SeenProject } from './known-projects.ts';

export interface DiscoverProjectsDeps {
  readonly configured: () => ConfiguredProjects;
  readonly knownProjects: KnownProjects;
  readonly gitlab: Pick<GitLabReads, 'project' | 'groupProjects'>;
  readonly store: Pick<Store, 'tables'>;
  readonly clock: Clock;
  readonly log: Log;
}

const everyMs = 3_600_000;

/**
 * Makes a look-out for projects: called as often as one likes, it asks GitLab at the first call, each hour, and when
 * `chatops.yml` was read anew.
 */
export function createDiscovery(deps: DiscoverProjectsDeps): () => Promise<void> {
  let last: { readonly of: ConfiguredProjects; readonly at: number } | undefined;
  return async () => {
    const configured = deps.configured();
    const now = deps.clock.now().getTime();
    if (last?.of === configured && now - last.at < everyMs) return;
    last = { of: configured, at: now };
    await discoverProjects(deps);
  };
}

/**
 * Asks GitLab which projects there are behind the patterns of `chatops.yml`, and whether any known one was moved.
 * What GitLab does not tell now is asked again in an hour; webhooks make projects known in the meantime.
 */
async function discoverProjects(deps: DiscoverProjectsDeps): Promise<void> {
  const { knownProjects } = deps;
  const configured = deps.configured();
  const listed = await listGroups(configured.patterns, deps);
  const ours = listed.filter((ref) => configured.rulesFor(ref.path) !== undefined);
  const ids = new Set(ours.map((ref) => ref.id));
  const others: SeenProject[] = [];
  for (const { path } of knownProjects.list()) {
    const id = Number((await deps.store.tables.meta.get(projectFact.id(path))) ?? 0);
    if (!ids.has(id)) others.push(...(await askOne({ path, id }, deps)));
  }
  await knownProjects.learn([...ours.map((ref) => ({ ref })), ...others]);
  deps.log.info({ projects: knownProjects.list().length }, 'projects looked up in gitlab');
}

async function listGroups(patterns: readonly string[], deps: DiscoverProjectsDeps): Promise<readonly ProjectRef[]> {
  const groups = new Set(patterns.map(groupOf).filter((group) => group !== ''));
  const found: ProjectRef[] = [];
  for (const group of groups) {
    const projects = await orTold(deps.gitlab.groupProjects(group), { group }, deps);
    if (projects !== 'absent') found.push(...(projects ?? []));
  }
  return found;
}

/** `acme/payments` of `acme/payments/*`. A pattern without a group is filled by webhooks alone. */
function groupOf(pattern: string): string {
  const prefix = literalPrefix(pattern);
  return prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')));
}

async function askOne(
  { path, id }: { readonly path: string; readonly id: number },
  deps: DiscoverProjectsDeps,
): Promise<readonly SeenProject[]> {
  const ref = await orTold(deps.gitlab.project(id > 0 ? id : path), { project: path }, deps);
  if (ref === 'absent') {
    // One with an entry of its own is meant, and may be shown to the bot again.
    const isNamed = deps.configured().projects.some((rules) => isSamePath(rules.path, path));
    if (!isNamed) await deps.knownProjects.forget(path);
    return [];
  }
  return ref ? [{ ref, asked: path }] : [];
}

/** One group or project that GitLab does not tell must not keep the others from being known. */
async function orTold<T>(
  answer: Promise<T>,
  about: { readonly group?: string; readonly project?: string },
  deps: DiscoverProjectsDeps,
): Promise<T | 'absent' | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof NotFoundError) {
      deps.log.warn({ ...about, err: error }, 'gitlab has no such group or project, or the bot may not see it');
      return 'absent' as const;
    }
    if (!(error instanceof GitLabError || error instanceof PayloadError)) throw error;
    deps.log.warn({ ...about, err: error }, 'projects could not be looked up, will ask again');
    return undefined;
  });
}
