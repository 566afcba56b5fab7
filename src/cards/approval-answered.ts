import type { ApprovalRequest } from '../domain/approval.ts';
import { say, user } from '../domain/phrase.ts';
import { approvalName, approverMentions, broughtAbout, standingOf, until } from './approval-words.ts';
import { buildCard, type Card, target } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** Told to an approver alone: what their press did, and how to take an approval back. */
export function renderApprovalAnswered({
  request,
  answer,
}: {
  readonly request: ApprovalRequest;
  readonly answer: 'approve' | 'reject' | 'withdraw';
}): Card {
  const name = approvalName(request);
  const said = {
    approve: say`You approved ${name}.`,
    reject:
      request.origin.kind === 'operation'
        ? say`You rejected ${name}. Whoever asked is told, with your reason.`
        : say`You rejected ${name}. GitLab drops its job.`,
    withdraw: say`Your approval of ${name} is taken back.`,
  }[answer];
  const isOurs = request.gitlab === undefined;
  const { shape } = answer === 'approve' ? statuses.passed : statuses.canceled;
  return buildCard({
    spoken: said,
    lines: [
      shaped(shape, said),
      ...(answer === 'reject' ? [] : [standingOf(request)]),
      ...(isOurs && answer === 'approve' ? [say`Until its job starts you can take it back.`] : []),
    ],
    // GitLab keeps what was given.
    buttons: isOurs && answer === 'approve' ? [takeBack(request)] : [],
  });
}

/** The button that takes one's own approval back. */
export function takeBack({ id, release, environment }: ApprovalRequest) {
  return {
    label: 'Take it back',
    spoken: `Take back my approval of ${target(release.version, environment)}`,
    actionId: 'approval_withdraw',
    value: id,
  };
}

/** Told to whoever nudged. */
export function renderNudged({ request }: { readonly request: ApprovalRequest }): Card {
  const said = say`The approvers of ${approvalName(request)} were asked once more.`;
  return buildCard({ spoken: said, lines: [shaped(statuses.passed.shape, said)] });
}

/** Calls the approvers once more: at half time, or because somebody asks for it. */
export function renderApprovalReminder({
  request,
  by,
}: {
  readonly request: ApprovalRequest;
  /** Who asks for it; undefined: half of the time is over. */
  readonly by?: string | undefined;
}): Card {
  const name = approvalName(request);
  const said = say`${[...approverMentions(request)]}${name} still waits for approval${until(request)}.`;
  const asks = by === undefined ? say`${broughtAbout(request)}.` : say`${user(by)} asks you to look.`;
  return buildCard({ spoken: said, lines: [shaped(statuses.waiting.shape, said), asks, standingOf(request)] });
}
