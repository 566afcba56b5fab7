import type { Operation } from '../../domain/operation.ts';
import type { Tables } from '../store-ports.ts';
import { gateRow } from './gate-work.ts';

/**
 * Has GitLab asked about each deployment that an operation leaves behind without a decision: it may wait there without
 * end, and nothing of ours asks for it any more.
 */
export async function leaveGates(
  tables: Pick<Tables, 'approvals' | 'inbox'>,
  operation: Operation,
  now: Date,
): Promise<void> {
  for (const { gitlab, state, project, environment, pipelineId, job, jobId } of await tables.approvals.ofOperation(
    operation.id,
  )) {
    if (!gitlab || (state !== 'closed' && state !== 'expired')) continue;
    const work = { project, environment, pipelineId, job: { id: jobId, name: job }, stands: true };
    await tables.inbox.add(gateRow(work, `left:${operation.id}`, now));
  }
}
