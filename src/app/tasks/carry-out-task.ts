import { notDone } from '../../cards/deed-words.ts';
import { renderTaskLost, renderTaskUnknown } from '../../cards/task-told.ts';
import { GitLabError, InvariantError, isOfGitLab, LinkError, NotFoundError } from '../../domain/errors.ts';
import { playWithinMs, unknownOutcomeMs } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isTaskDone } from '../../domain/task.ts';
import { type DeployAfterTaskDeps, deployAfterTask } from '../deploy/deploy-after-task.ts';
import type { GitLabAs } from '../gitlab-ports.ts';
import { whereLate } from '../input/where-asked.ts';
import { explainBrokenLink, gitlabFor } from '../links/own-token.ts';
import type { Checkpoint, Lease, Settings } from '../ports.ts';
import { isStillOpen } from '../still-open.ts';
import type { InboxRow } from '../store-ports.ts';
import { type CallTaskDeps, callTask, type TaskCalled } from './call-task.ts';
import { type EndTaskDeps, endTask, refuseTask } from './end-task.ts';
import { type LookForTaskDeps, lookForTask, newestPipeline } from './look-for-task.ts';
import { taskMoved, tooLate, whyTaskRefused } from './refuse-task.ts';
import { type TaskAt, taskAudit } from './task-at.ts';
import { encodeTaskWork, readTaskWork } from './task-work.ts';
import { type WatchTaskDeps, watchTask } from './watch-task.ts';

export type CarryOutTaskDeps = EndTaskDeps &
  DeployAfterTaskDeps &
  WatchTaskDeps &
  CallTaskDeps &
  LookForTaskDeps & {
    readonly lease: Lease;
    readonly checkpoint: Checkpoint;
    readonly gitlabAs: GitLabAs;
    readonly settings: () => Settings;
  };

/** No write to GitLab may take longer; the lease must hold for as long. */
const writeLimitMs = 8_000;
const lookAgainMs = 3_000;

/**
 * Takes a confirmed task a step further: asks GitLab to do it, once, or looks for what became of that. Safe to repeat at
 * any moment: that the request leaves is on disk before it does, and what left is looked for and never sent again.
 * @throws GitLabError to be tried again later, as long as nothing has left.
 */
export async function carryOutTask(row: InboxRow, deps: CarryOutTaskDeps): Promise<void> {
  const read = readTaskWork(row);
  const plan = await deps.store.tables.plans.find(read.planId);
  if (plan?.deed.kind !== 'task') throw new InvariantError(`there is no task ${read.planId}`);
  const { slackUserId } = plan.requester;
  const isOpen = isStillOpen(read.to, deps.clock.now().getTime() - row.receivedAt.getTime());
  const late = { slackUserId, at: read.asked, toldIn: plan.deed.channel };
  const work = isOpen ? read : { ...read, to: await whereLate(late, deps.slack) };
  const at: TaskAt = { row, work, plan: { ...plan, deed: plan.deed } };
  if (work.calledAt === undefined) return begin(at, deps);
  if (work.madePipelineId !== undefined) return deployAfterTask(at, deps);
  if (work.startedJobId !== undefined) return watchTask(at, work.startedJobId, deps);
  return look(at, new Date(work.calledAt), deps);
}

async function begin(at: TaskAt, deps: CarryOutTaskDeps): Promise<void> {
  const { row, work, plan } = at;
  const { task, project } = plan.deed;
  const now = deps.clock.now();
  if (now.getTime() - row.receivedAt.getTime() > playWithinMs) return refuseTask(at, tooLate(plan.deed), deps);
  // A moment ago it was planned so, and somebody may have been quicker.
  const seen = await lookForTask(task, { project, pipelinesUpTo: undefined, by: undefined }, deps);
  if (isTaskDone(task, seen)) return refuseTask(at, taskMoved(plan.deed), deps);
  const pipelinesUpTo = task.kind === 'run' ? await newestPipeline(task, project.id, deps) : undefined;
  const writer = await findWriter(at, deps);
  if (!writer) return;
  await deps.lease.ensure(writeLimitMs);
  const calledAt = deps.clock.now();
  const calling = { ...work, calledAt: calledAt.getTime(), pipelinesUpTo };
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({ ...taskAudit(at, calledAt), outcome: 'intended' });
    await tables.inbox.goOn(row.id, encodeTaskWork(calling), later(calledAt));
  });
  await deps.checkpoint('play_intended');
  await call({ ...at, work: calling }, writer, deps);
}

/** With whose token: found, and renewed if it is due, before anything leaves. Undefined: refused for want of one. */
async function findWriter(at: TaskAt, deps: CarryOutTaskDeps): Promise<CallTaskDeps['gitlab'] | undefined> {
  try {
    return await gitlabFor(at.plan.requester.slackUserId, deps);
  } catch (error) {
    if (!(error instanceof LinkError) || error.retryable) throw error;
    await refuseTask(at, linkRefusal(at, error, deps), deps);
    return undefined;
  }
}

function linkRefusal({ plan }: TaskAt, error: LinkError, { settings }: CarryOutTaskDeps): Refusal {
  return explainBrokenLink(error, notDone(plan.deed), settings());
}

async function call(at: TaskAt, gitlab: CallTaskDeps['gitlab'], deps: CarryOutTaskDeps): Promise<void> {
  const { plan } = at;
  let called: TaskCalled;
  try {
    called = await callTask(plan.deed, { username: plan.requester.gitlab?.username }, { gitlab });
  } catch (error) {
    if (error instanceof NotFoundError) return refuseTask(at, whyTaskRefused(plan.deed, error), deps);
    if (error instanceof LinkError) return refuseTask(at, linkRefusal(at, error, deps), deps);
    if (!(error instanceof GitLabError)) throw error;
    deps.log.warn({ plan_id: plan.id, err: error }, 'gitlab refused a task');
    if (error.outcome === 'unknown') return noteUnknown(at, error, deps);
    return refuseTask(at, whyTaskRefused(plan.deed, error), deps);
  }
  await deps.checkpoint('play_done');
  await endTask(at, { called, found: false }, deps);
}

/** The asker hears at once that nobody knows, and afterwards what came of it. */
async function noteUnknown(at: TaskAt, error: GitLabError, deps: CarryOutTaskDeps): Promise<void> {
  const { plan, work } = at;
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({ ...taskAudit(at, now), outcome: 'unknown', reason: `http_${error.status}` });
    const card = renderTaskUnknown({ task: plan.deed.task });
    await tables.outbox.answer({ key: `task/${plan.id}/unknown`, to: work.to, ...card }, now);
  });
  deps.wake('outbox');
}

/** The request left, and we do not know what became of it. */
async function look(at: TaskAt, calledAt: Date, deps: CarryOutTaskDeps): Promise<void> {
  const { row, work, plan } = at;
  const { task, project } = plan.deed;
  const now = deps.clock.now();
  let seen: Awaited<ReturnType<typeof lookForTask>>;
  try {
    seen = await lookForTask(task, { project, pipelinesUpTo: work.pipelinesUpTo, by: linkedName(at) }, deps);
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    deps.log.warn({ plan_id: plan.id, err: error }, 'task cannot be looked for, will look again');
    await deps.store.tables.inbox.goOn(row.id, row.body, later(now));
    return;
  }
  const [pipelineId] = seen.pipelinesMade ?? [];
  if (isTaskDone(task, seen)) return endTask(at, { called: { pipelineId }, found: true }, deps);
  if (now.getTime() - calledAt.getTime() < unknownOutcomeMs) {
    await deps.store.tables.inbox.goOn(row.id, row.body, later(now));
    return;
  }
  await lose(at, calledAt, deps);
}

/** To ask again could do it twice, and whoever asked can see for themselves. */
async function lose(at: TaskAt, calledAt: Date, deps: CarryOutTaskDeps): Promise<void> {
  const { row, work, plan } = at;
  const { task, project } = plan.deed;
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({ ...taskAudit(at, now), outcome: 'unknown', reason: 'outcome_unknown' });
    const card = renderTaskLost({ task, calledAt, projectUrl: project.url });
    await tables.outbox.answer({ key: `task/${plan.id}/lost`, to: work.to, ...card }, now);
    await tables.inbox.done(row.id, 'outcome_unknown', now);
  });
  deps.wake('outbox');
}

/** Whose own token made what is looked for; undefined: the bot's. */
function linkedName({ plan }: TaskAt): string | undefined {
  return plan.requester.knownBy === 'link' ? plan.requester.gitlab?.username : undefined;
}

function later(now: Date): Date {
  return new Date(now.getTime() + lookAgainMs);
}
