import { renderApprovalReminder } from '../../cards/approval-answered.ts';
import type { ApprovalRequest } from '../../domain/approval.ts';
import type { Tables } from '../store-ports.ts';
import { approvalKey } from './show-approval.ts';

/** Calls the approvers once more, below each message that asks them. `moment` makes it one message. */
export async function remindApprovers(
  tables: Pick<Tables, 'outbox'>,
  request: ApprovalRequest,
  about: { readonly moment: string; readonly by?: string | undefined; readonly now: Date },
): Promise<void> {
  const { moment, by, now } = about;
  for (const place of request.places) {
    const { channel, rootKey } = place;
    const asked = approvalKey(place, request);
    const card = renderApprovalReminder({ request, by });
    await tables.outbox.put(
      { key: `${asked}/${moment}`, channel, rootKey: rootKey ?? asked, broadcast: true, lane: 'answer', ...card },
      now,
    );
  }
}
