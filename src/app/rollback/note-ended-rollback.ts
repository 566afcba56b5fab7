import { takeBack } from '../../domain/environment-record.ts';
import { isRun, type Operation } from '../../domain/operation.ts';
import { isOwnRollbackJob, isVersionUnconfirmed } from '../../domain/rollback.ts';
import { endedRow } from '../outside/tell-ended-deployment.ts';
import type { Tables } from '../store-ports.ts';

/**
 * Writes down what is remembered, and told beside Slack, of a rollback by the pipeline's own job, which makes no
 * deployment in GitLab. One that does make one is told once: both have the job's key.
 */
export async function noteEndedRollback(
  tables: Pick<Tables, 'inbox' | 'environments'>,
  operation: Operation,
  now: Date,
): Promise<void> {
  const { kind, state, project, environment, release, requester, createdAt, pipelineUrl } = operation;
  const step = operation.steps.findLast(isRun);
  if (kind !== 'rollback' || !step || !isOwnRollbackJob(step) || step.jobId === undefined) return;
  if (state !== 'succeeded' && state !== 'failed') return;
  const record = await tables.environments.find(project.id, environment);
  const endedAt = step.endedAt ?? now;
  if (record && state === 'succeeded') {
    const version = isVersionUnconfirmed(operation) ? undefined : release.version;
    await tables.environments.save(takeBack(record, { at: endedAt, by: requester.gitlab, version }));
  }
  const brokenSince = state === 'succeeded' ? record?.failingSince : undefined;
  const ended = {
    project: project.path,
    environment,
    tier: record?.tier,
    version: release.version,
    outcome: state,
    rollback: true,
    startedAt: step.startedAt ?? createdAt,
    endedAt,
    by: requester.gitlab?.name ?? requester.slackUserId,
    url: step.jobUrl ?? pipelineUrl,
    restoredAfterMs: brokenSince && Math.max(0, endedAt.getTime() - brokenSince.getTime()),
  } as const;
  await tables.inbox.add(endedRow(ended, { key: `${project.id}/job:${step.jobId}/${state}`, now }));
}
