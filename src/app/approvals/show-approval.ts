import { renderApprovalRequest } from '../../cards/approval-request.ts';
import { type ApprovalPlace, type ApprovalRequest, operationOf } from '../../domain/approval.ts';
import { isBegun } from '../../domain/approval-step.ts';
import { InvariantError } from '../../domain/errors.ts';
import { type Operation, withStep } from '../../domain/operation.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { messageUrl } from '../notices/open-thread.ts';
import { mailRow } from '../outside/mail-row.ts';
import type { Tables } from '../store-ports.ts';

/** The key of the message that shows a request at a place. */
export function approvalKey({ channel, rootKey }: ApprovalPlace, { id }: Pick<ApprovalRequest, 'id'>): string {
  return `${rootKey ?? channel}/approval:${id}`;
}

/** Shows a request as it is now, wherever it was asked: with its buttons while it is open, then who decided. */
export async function showApproval(tables: Pick<Tables, 'outbox'>, request: ApprovalRequest, now: Date): Promise<void> {
  const card = renderApprovalRequest({ request, threadUrl: threadUrlOf(request) });
  for (const place of request.places) {
    const { channel, rootKey, broadcast } = place;
    await tables.outbox.put(
      { key: approvalKey(place, request), channel, rootKey, broadcast, lane: 'answer', ...card },
      now,
    );
  }
}

/** The thread of the operation; an observed request stands in the thread of its pipeline, if in any. */
function threadUrlOf({ origin, places }: ApprovalRequest): string | undefined {
  const key = origin.kind === 'operation' ? origin.threadKey : places[0]?.rootKey;
  return key === undefined ? undefined : messageUrl(key);
}

/** Mails a request to whom its environment names, once. */
export async function mailApproval(
  tables: Pick<Tables, 'inbox'>,
  about: { readonly request: ApprovalRequest; readonly project: ProjectRef; readonly now: Date },
): Promise<void> {
  const { request, project, now } = about;
  const content = renderApprovalRequest({ request, threadUrl: threadUrlOf(request) });
  const { environment, id } = request;
  await tables.inbox.add(mailRow({ project, environment, key: `approval:${id}`, content }, now));
}

/** Stores a changed request and shows it. Inside of a transaction, in which it was read. */
export async function changeApproval(
  tables: Tables,
  about: { readonly held: ApprovalRequest; readonly next: ApprovalRequest; readonly now: Date },
): Promise<void> {
  const { held, next, now } = about;
  if (!(await tables.approvals.save(next, held.state)))
    throw new InvariantError('a request for approval changed inside the transaction');
  await showApproval(tables, next, now);
  if (next.state !== 'approved') await holdAgain(tables, next);
}

/**
 * An approval that is no more holds its step again. A write that is about to leave compares the operation with what it
 * has read, so it does not leave.
 */
async function holdAgain(tables: Pick<Tables, 'operations'>, request: ApprovalRequest): Promise<void> {
  const { operationId } = operationOf(request);
  const operation = operationId === undefined ? undefined : await tables.operations.find(operationId);
  const index = operation?.steps.findIndex(({ requestId }) => requestId === request.id) ?? -1;
  if (operation?.state !== 'active' || operation.steps[index]?.state !== 'succeeded') return;
  const held = withStep(operation, index, { state: 'awaiting_approval', endedAt: undefined, decided: undefined });
  await tables.operations.save(held);
}

/** Requests that their operation needs no more lose their buttons: its job has been started, or it has ended. */
export async function settleApprovals(tables: Tables, operation: Operation, now: Date): Promise<void> {
  if (!operation.steps.some(({ requestId }) => requestId !== undefined)) return;
  for (const request of await tables.approvals.ofOperation(operation.id)) {
    if (request.state !== 'open' && request.state !== 'approved') continue;
    const index = operation.steps.findIndex(({ requestId }) => requestId === request.id);
    const write = operation.steps[index + 1];
    const isUsed = request.state === 'approved' && write !== undefined && isBegun(write) && write.state !== 'canceled';
    const isOver = operation.state !== 'active' || operation.steps[index]?.reason === 'started_in_gitlab';
    if (!isUsed && !isOver) continue;
    const next = { ...request, state: isUsed ? ('used' as const) : ('closed' as const) };
    await tables.approvals.save(next, request.state);
    await showApproval(tables, next, now);
  }
}
