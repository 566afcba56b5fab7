import { renderOperationEnded } from '../../cards/operation-ended.ts';
import { renderPromote } from '../../cards/promote.ts';
import { renderPromoteAnswered } from '../../cards/promote-answered.ts';
import type { Actor } from '../../domain/actor.ts';
import { commandLine } from '../../domain/command-line.ts';
import { currentStep, type Operation } from '../../domain/operation.ts';
import { leaveGates } from '../approvals/leave-gates.ts';
import { settleApprovals } from '../approvals/show-approval.ts';
import { showWatches } from '../checks/show-watches.ts';
import { lockAfterRollback } from '../locks/pass-locks.ts';
import { tellFree } from '../locks/tell-free.ts';
import { putRoot } from '../notices/open-thread.ts';
import { mailOperationEnd } from '../outside/mail-operation-end.ts';
import { findHome } from '../pipelines/pipeline-family.ts';
import { noteEndedRollback } from '../rollback/note-ended-rollback.ts';
import { tellOwnRollbackEnd } from '../rollback/tell-by-itself.ts';
import type { Tables } from '../store-ports.ts';
import { closePauses } from './record-pause.ts';
import { putOperation } from './start-operation.ts';

/** Shows what an operation looks like now: its card, the question it asks, its end, and the pipeline's root. */
export async function showChange(
  tables: Tables,
  operation: Operation,
  about: {
    readonly now: Date;
    readonly commandPrefix: string;
    /** Another operation takes the environment in the same transaction, so nobody is told that it is free. */
    readonly isTakenOver?: boolean;
  },
): Promise<void> {
  const { now } = about;
  const again = commandLine(about.commandPrefix, `/${operation.kind}`, [
    operation.environment,
    operation.release.version,
  ]);
  await putOperation(tables, operation, now);
  await settleApprovals(tables, operation, now);
  const reply = { channel: operation.channel, rootKey: operation.rootKey };
  const step = currentStep(operation)?.step;
  await showWatches(tables, operation, now);
  await closePauses(tables, operation, now);
  if (operation.state === 'active' && step?.kind === 'ask') {
    await tables.outbox.put(
      { ...reply, key: promoteKey(operation), lane: 'answer', ...renderPromote({ operation }) },
      now,
    );
  }
  if (operation.state !== 'active') {
    await lockAfterRollback(tables, operation, now);
    await tellOwnRollbackEnd(tables, operation, now);
    if (!about.isTakenOver) await tellFree(tables, now);
    const card = renderOperationEnded({ operation, again });
    const key = `${operation.rootKey}/operation:${operation.id}/ended`;
    await tables.outbox.put({ ...reply, key, lane: 'failure', ...card }, now);
    await mailOperationEnd(tables, operation, { card, now });
    await noteEndedRollback(tables, operation, now);
    await leaveGates(tables, operation, now);
  }
  const pipeline = await tables.pipelines.find(operation.project.id, operation.pipelineId);
  if (!pipeline) return;
  const { home, thread } = await findHome(tables, operation.channel, pipeline);
  if (thread) await putRoot(tables, { thread, pipeline: home, now });
}

/** The question whether to promote becomes one line without buttons, if `operation`, as it was before, still asked it. */
export async function closeQuestion(
  tables: Tables,
  operation: Operation,
  answered: { readonly answer: 'promoted' | 'stopped'; readonly by: Actor | undefined; readonly at: Date },
): Promise<void> {
  const key = promoteKey(operation);
  // Answered before, it keeps its answer, whatever becomes of the deploy.
  if (currentStep(operation)?.step.kind !== 'ask' || !(await tables.outbox.find(key))) return;
  const { channel, rootKey } = operation;
  const card = renderPromoteAnswered({ operation, ...answered });
  await tables.outbox.put({ key, channel, rootKey, lane: 'answer', ...card }, answered.at);
}

/** The key of the message that asks whether to promote. */
function promoteKey(operation: Operation): string {
  return `${operation.rootKey}/operation:${operation.id}/promote`;
}
