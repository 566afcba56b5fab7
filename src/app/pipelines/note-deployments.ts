import { type EnvironmentRecord, evolveEnvironmentRecord } from '../../domain/environment-record.ts';
import type { DomainEvent } from '../../domain/event.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { ProjectRules } from '../../domain/project.ts';
import { isWatchedEnvironment, reachesFailures, type WatchdogRules } from '../../domain/watchdog.ts';
import { alertEnvironment } from '../environments/alert-environment.ts';
import { whoAsked } from '../input/who-asked.ts';
import { playedJob } from '../notices/put-notice.ts';
import { rollbackRow } from '../rollback/tell-rollback.ts';
import type { Tables } from '../store-ports.ts';

/** Events of one pipeline, and by which rules they are looked at. */
export interface NotedDeployments {
  readonly pipeline: Pipeline;
  readonly events: readonly DomainEvent[];
  readonly rules: ProjectRules | undefined;
  readonly watchdog: WatchdogRules;
  readonly now: Date;
  /** What ended before is remembered and not told. */
  readonly historyBefore: Date;
}

/** Remembers what the deployments that just ended made of their environments; tells of too many failures in a row. */
export async function noteDeployments(tables: Tables, noted: NotedDeployments): Promise<void> {
  const { pipeline, events, rules, watchdog, now, historyBefore } = noted;
  const { project } = pipeline;
  for (const event of events) {
    if (event.kind !== 'deployment') continue;
    const user = (await whoAsked(tables, playedJob(pipeline, event.deployment.jobId))) ?? event.deployment.user;
    // Webhooks say these only in part: the pipeline does.
    const deployment = { ...event.deployment, pipelineId: pipeline.id, ref: pipeline.ref, sha: pipeline.sha, user };
    const held = await tables.environments.find(project.id, deployment.environment);
    const record = evolveEnvironmentRecord(held, { projectId: project.id, deployment, now });
    if (!record || record === held) continue;
    await tables.environments.save({ ...record, project: project.path });
    const isHistory = (deployment.changedAt ?? now) < historyBefore;
    if (rules && !isHistory && mayBeRollback(held, record)) {
      const { environment, id } = deployment;
      await tables.inbox.add(rollbackRow({ project, environment, deploymentId: id }, now));
    }
    if (!rules || isHistory || !isWatchedEnvironment(record, rules)) continue;
    if (reachesFailures(held, record, watchdog)) {
      await alertEnvironment(tables, { record, trouble: 'failures', project, rules, now });
    }
  }
}

/** A success of an older pipeline than the one that was live, or in an environment that we heard nothing of yet. */
function mayBeRollback(held: EnvironmentRecord | undefined, { live, newestId }: EnvironmentRecord): boolean {
  if (live === undefined || live.deploymentId !== newestId) return false;
  const before = held?.live?.pipelineId;
  return before === undefined || live.pipelineId === undefined || live.pipelineId < before;
}
