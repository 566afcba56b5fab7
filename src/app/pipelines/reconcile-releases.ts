import { GitLabError, NotFoundError } from '../../domain/errors.ts';
import type { ProjectRef, ProjectRules } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Log, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { historyBefore } from './history.ts';
import { tellTagNews } from './tell-tag-news.ts';

export interface ReconcileReleasesDeps {
  readonly gitlab: Pick<GitLabReads, 'newestReleases'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/**
 * Tells the releases made since the last look, where a channel asks for them: one read. Tags are told
 * with their pipelines, since GitLab's list of tags does not say who pushed one.
 */
export async function reconcileReleases(
  about: { readonly project: ProjectRef; readonly rules: ProjectRules; readonly since: Date },
  deps: ReconcileReleasesDeps,
): Promise<void> {
  const { project, rules, since } = about;
  if (!rules.channels.some(({ notify }) => notify.includes('release'))) return;
  const releases = await deps.gitlab.newestReleases(project).catch((error: unknown) => {
    const isHidden = error instanceof NotFoundError || (error instanceof GitLabError && error.status === 403);
    if (!isHidden) throw error;
    deps.log.warn({ project: project.path, err: error }, 'releases could not be read');
    return [];
  });
  const now = deps.clock.now();
  const history = await historyBefore(deps.store.tables, now);
  const fresh = releases.filter(({ createdAt }) => createdAt && createdAt >= since && createdAt >= history);
  if (fresh.length === 0) return;
  await deps.store.transaction(async (tables) => {
    for (const { news } of fresh.toReversed()) await tellTagNews(tables, news, { rules, now });
  });
  deps.wake('outbox');
}
