import { type ApprovalRequest, isOverdue, reminderAt } from '../../domain/approval.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { Store, Tables } from '../store-ports.ts';
import { approvalEntry } from './approval-entry.ts';
import { remindApprovers } from './remind-approvers.ts';
import { changeApproval } from './show-approval.ts';

export interface WatchApprovalsDeps {
  readonly settings: () => Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

/** Ends requests whose time is over, and reminds of those whose half is. */
export async function watchApprovals({ settings, store, clock, wake }: WatchApprovalsDeps): Promise<void> {
  const now = clock.now();
  const due = (await store.tables.approvals.undecided()).filter((request) => isDue(request, now));
  if (due.length === 0) return;
  await store.transaction(async (tables) => {
    for (const { id } of due) {
      const request = await tables.approvals.find(id);
      if (request && isDue(request, now)) await watch(tables, request, { now, settings: settings() });
    }
  });
  wake('outbox');
  wake('operations');
}

function isDue(request: ApprovalRequest, now: Date): boolean {
  if (request.state !== 'open' && request.state !== 'approved') return false;
  const reminder = reminderAt(request);
  return isOverdue(request, now) || (reminder !== undefined && now >= reminder);
}

async function watch(
  tables: Tables,
  request: ApprovalRequest,
  { now, settings }: { readonly now: Date; readonly settings: Settings },
): Promise<void> {
  if (!isOverdue(request, now)) {
    await tables.approvals.save({ ...request, remindedAt: now }, request.state);
    return remindApprovers(tables, request, { moment: 'half', now });
  }
  await changeApproval(tables, { held: request, next: { ...request, state: 'expired' }, now });
  await tables.operations.wake(request.project.id, request.pipelineId, now);
  await tables.audit.append({
    ...approvalEntry(request, { now, settings }),
    actor: 'chatops',
    action: 'approval.expire',
    outcome: 'succeeded',
  });
}
