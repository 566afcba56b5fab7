import { renderRefusal } from '../../cards/refusal.ts';
import { renderTaskDone, renderTaskTold } from '../../cards/task-told.ts';
import { InvariantError } from '../../domain/errors.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { jobOf, type Task } from '../../domain/task.ts';
import { messageUrl, openThread } from '../notices/open-thread.ts';
import { loadPipeline } from '../pipelines/load-pipeline.ts';
import { findHome } from '../pipelines/pipeline-family.ts';
import type { TraceUpstreamDeps } from '../pipelines/trace-upstream.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store, Tables } from '../store-ports.ts';
import type { TaskCalled } from './call-task.ts';
import { type TaskAt, taskAudit } from './task-at.ts';
import { encodeTaskWork, type TaskWork } from './task-work.ts';

export interface EndTaskDeps extends TraceUpstreamDeps {
  readonly settings: () => Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** What came of a task: `found` says that GitLab was looked at, since its answer was lost. */
interface Ended {
  readonly called: TaskCalled;
  readonly found: boolean;
}

/**
 * Tells a task that was done, in the thread of its pipeline and to the asker. What it set going is looked at further: a
 * job until it runs, a new pipeline until its deploy has begun.
 * @throws GitLabError when a pipeline that is new to us cannot be read: to be tried again later.
 */
export async function endTask(at: TaskAt, ended: Ended, deps: EndTaskDeps): Promise<void> {
  const { row, work, plan } = at;
  const { task, project, channel } = plan.deed;
  const { called, found } = ended;
  const pipelineId = task.kind === 'run' ? called.pipelineId : task.pipeline.id;
  if (pipelineId === undefined) throw new InvariantError('a pipeline was made and has no number');
  const { pipeline, above } = await loadPipeline(project, pipelineId, deps);
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    for (const each of [...above, pipeline])
      if (!(await tables.pipelines.find(each.project.id, each.id))) await tables.pipelines.save(each);
    const { home } = await findHome(tables, channel, pipeline);
    const { newsKey } = await openThread(tables, { channel, pipeline: home, now });
    const card = renderTaskTold({ task, by: plan.requester, ended: { ...called, found }, pipeline });
    await tables.outbox.put(
      { key: `${newsKey}/task:${plan.id}`, channel, rootKey: newsKey, lane: 'deployment', ...card },
      now,
    );
    const reason = found ? 'found' : called.withoutOurs ? 'without_chatops_user' : undefined;
    const told = { ...taskAudit(at, now), outcome: 'succeeded', reason, pipelineId } as const;
    await tables.audit.append({ ...told, jobId: called.jobId ?? told.jobId });
    await tables.outbox.answer(
      {
        key: `task/${plan.id}/done`,
        to: work.to,
        ...renderTaskDone({ task, threadUrl: messageUrl(newsKey) }),
      },
      now,
    );
    await goOn(tables, { at, next: whatNext(task, { called, pipelineId }, deps.settings(), now), now });
  });
  deps.wake('outbox');
  deps.wake('inbox');
  deps.log.info({ plan_id: plan.id, delivery_id: row.key, pipeline_id: pipelineId, reason: task.kind }, 'task done');
}

interface Next {
  readonly work: Pick<TaskWork, 'madePipelineId' | 'startedJobId'>;
  readonly at: Date;
}

function whatNext(
  task: Task,
  { called, pipelineId }: { readonly called: TaskCalled; readonly pipelineId: number },
  { watchdog }: Settings,
  now: Date,
): Next | undefined {
  if (task.kind === 'run') return task.deploy && { work: { madePipelineId: pipelineId }, at: now };
  const startedJobId = task.kind === 'play' || task.kind === 'retry' ? (called.jobId ?? jobOf(task)?.id) : undefined;
  if (startedJobId === undefined || watchdog.jobStartMs === undefined) return undefined;
  return { work: { startedJobId }, at: new Date(now.getTime() + watchdog.jobStartMs) };
}

async function goOn(
  tables: Tables,
  { at: { row, work }, next, now }: { readonly at: TaskAt; readonly next: Next | undefined; readonly now: Date },
): Promise<void> {
  if (!next) return tables.inbox.done(row.id, 'done', now);
  return tables.inbox.goOn(row.id, encodeTaskWork({ ...work, ...next.work }), next.at);
}

/** Tells the asker that nothing was done, and why. */
export async function refuseTask(at: TaskAt, refusal: Refusal, deps: EndTaskDeps): Promise<void> {
  const { row, work, plan } = at;
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({ ...taskAudit(at, now), outcome: 'failed', reason: refusal.code });
    await tables.outbox.answer({ key: `task/${plan.id}/refused`, to: work.to, ...renderRefusal(refusal) }, now);
    await tables.inbox.done(row.id, refusal.code, now);
  });
  deps.wake('outbox');
  deps.log.info({ plan_id: plan.id, reason: refusal.code }, 'task not done');
}
