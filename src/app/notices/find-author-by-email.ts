import { GitLabError, PayloadError, SlackError } from '../../domain/errors.ts';
import type { DomainEvent } from '../../domain/event.ts';
import type { ProjectRef } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Log, Settings, SlackGateway } from '../ports.ts';
import type { Store } from '../store-ports.ts';

/** The Slack user whose confirmed address the author of a commit has. */
export interface AuthorByEmail {
  readonly sha: string;
  readonly slackUserId: string;
}

export interface FindAuthorDeps {
  readonly settings: () => Pick<Settings, 'identityEmail'>;
  readonly gitlab: Pick<GitLabReads, 'commitAuthorEmail'>;
  readonly slack: Pick<SlackGateway, 'userByEmail'>;
  readonly store: Pick<Store, 'tables'>;
  readonly log: Log;
}

/**
 * Finds out before a failure is folded whom it may mention, since a fold asks nobody. Undefined where `identity.email`
 * is off, nothing failed, or nobody has the address. Without GitLab or Slack the failure is told all the same.
 */
export async function findAuthorByEmail(
  about: {
    readonly project: ProjectRef;
    readonly pipelineId: number | undefined;
    readonly events: readonly DomainEvent[];
  },
  { settings, gitlab, slack, store, log }: FindAuthorDeps,
): Promise<AuthorByEmail | undefined> {
  const { project, pipelineId, events } = about;
  if (pipelineId === undefined || !settings().identityEmail || !events.some(tellsFailure)) return undefined;
  const sha = events.map(shaOf).find((known) => known !== undefined);
  const of = sha ?? (await store.tables.pipelines.find(project.id, pipelineId))?.sha;
  if (of === undefined) return undefined;
  try {
    const address = await gitlab.commitAuthorEmail(project.id, of);
    const user = address === undefined ? undefined : await slack.userByEmail(address);
    return user && { sha: of, slackUserId: user.id };
  } catch (error) {
    if (!isOfOthers(error)) throw error;
    log.warn({ project: project.path, pipeline_id: pipelineId, sha: of, err: error }, 'author not found by e-mail');
    return undefined;
  }
}

function isOfOthers(error: unknown): boolean {
  return error instanceof GitLabError || error instanceof PayloadError || error instanceof SlackError;
}

function tellsFailure(event: DomainEvent): boolean {
  switch (event.kind) {
    case 'pipeline':
      return event.pipeline.status === 'failed' || event.jobs.some(({ status }) => status === 'failed');
    case 'job':
      return event.job.status === 'failed';
    case 'deployment':
      return event.deployment.status === 'failed';
  }
}

/** A deployment's hook shortens it. */
function shaOf(event: DomainEvent): string | undefined {
  switch (event.kind) {
    case 'pipeline':
      return event.pipeline.sha;
    case 'job':
      return event.sha;
    case 'deployment':
      return undefined;
  }
}
