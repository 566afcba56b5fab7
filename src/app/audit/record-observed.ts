import type { Deployment } from '../../domain/deployment.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { whoAsked } from '../input/who-asked.ts';
import { playedJob } from '../notices/put-notice.ts';
import type { Tables } from '../store-ports.ts';
import { observedEntry } from './observed-entry.ts';

/** A pipeline before and after what was just folded into it. */
export interface ObservedPipeline {
  readonly before: Pipeline | undefined;
  readonly pipeline: Pipeline;
  /** Slack user id -> GitLab username. */
  readonly identityUsers: Readonly<Record<string, string>>;
  readonly now: Date;
  /** What ended before is history, and is not recorded. */
  readonly historyBefore: Date;
}

/**
 * Records the deployments that ended and that nobody asked for in Slack: made by the pipeline itself, or on GitLab's
 * page. To be called in the transaction of the fold, so that each is recorded once.
 */
export async function recordObserved(tables: Tables, observed: ObservedPipeline): Promise<void> {
  const { before, pipeline, identityUsers, now, historyBefore } = observed;
  const { project, ref, sha, id: pipelineId } = pipeline;
  for (const told of pipeline.deployments) {
    const wasEnded = before?.deployments.some((other) => other.id === told.id && hasEnded(other));
    if (!hasEnded(told) || wasEnded || (told.changedAt ?? now) < historyBefore) continue;
    if (await whoAsked(tables, playedJob(pipeline, told.jobId))) continue;
    // Webhooks say these only in part: the pipeline does.
    const entry = observedEntry({ project, deployment: { ...told, ref, sha, pipelineId }, identityUsers, now });
    const outcome = told.status === 'success' ? 'succeeded' : 'failed';
    await tables.audit.append({ ...entry, action: 'deployment.observed', outcome });
  }
}

function hasEnded({ status }: Deployment): boolean {
  return status === 'success' || status === 'failed';
}
