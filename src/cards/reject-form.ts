import type { ApprovalRequest } from '../domain/approval.ts';
import { say } from '../domain/phrase.ts';
import { approvalName } from './approval-words.ts';
import { renderLines } from './phrase-blocks.ts';
import { actorName } from './step-words.ts';
import { buildView, type View } from './view.ts';

/** Action id of the form's one input. */
export const rejectInput = 'reject_reason';

/** Asks why a request is rejected. */
export function renderRejectForm(request: ApprovalRequest): View {
  return buildView({
    title: 'Reject',
    name: 'reject_form',
    submit: 'Reject',
    blocks: [
      renderLines([
        say`Reject ${approvalName(request)}?`,
        request.origin.kind === 'operation'
          ? say`${actorName(request.requester)} asked for it. The deploy ends, and your reason is told in its thread.`
          : say`GitLab drops its job for good, and your reason is told where the request stands.`,
      ]),
      {
        type: 'input',
        block_id: 'reject_reason',
        label: { type: 'plain_text', text: 'Why' },
        element: { type: 'plain_text_input', action_id: rejectInput, multiline: true, max_length: 300 },
      },
    ],
  });
}
