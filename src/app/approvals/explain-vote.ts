import { takeBack } from '../../cards/approval-answered.ts';
import { approvalName, approverNames } from '../../cards/approval-words.ts';
import { actorName } from '../../cards/step-words.ts';
import { type ApprovalRequest, approvals, type VoteRefusal } from '../../domain/approval.ts';
import { join, type Phrase, say, time } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';

/** What somebody wanted to say to a request. */
export type ApprovalAnswer = 'approve' | 'reject' | 'withdraw';

/** What has not happened, by what was pressed. */
export function notAnswered(request: ApprovalRequest, answer: ApprovalAnswer): Phrase {
  const name = approvalName(request);
  switch (answer) {
    case 'approve':
      return say`You have not approved ${name}.`;
    case 'reject':
      return say`You have not rejected ${name}.`;
    case 'withdraw':
      return say`No approval of ${name} was taken back.`;
  }
}

/** Why a word on a request does not count, and what to do. */
export function explainVote(
  { reason }: VoteRefusal,
  about: { readonly request: ApprovalRequest; readonly answer: ApprovalAnswer },
): Refusal {
  const { request, answer } = about;
  const notDone = notAnswered(request, answer);
  const other = { kind: 'say', phrase: say`Ask somebody else of: ${approverNames(request.terms.approvers)}.` } as const;
  switch (reason) {
    case 'approval_decided':
      return { code: reason, notDone, fact: decidedFact(request), todo: [openPipeline(request)] };
    case 'approval_expired':
      return {
        code: reason,
        notDone,
        fact: say`The request has expired${request.expiresAt ? say`, ${time(request.expiresAt)}` : []}.`,
        todo: [{ kind: 'say', phrase: say`${actorName(request.requester)} can ask for it again.` }],
      };
    case 'approval_own_deploy':
      return { code: reason, notDone, fact: say`You asked for it yourself, so somebody else decides.`, todo: [other] };
    case 'approval_own_commits':
      return {
        code: reason,
        notDone,
        fact: say`You wrote some of what ships, so somebody else decides.`,
        todo: [other],
      };
    case 'approval_given': {
      if (request.gitlab)
        return { code: reason, notDone, fact: say`You have approved it before, and count once.`, todo: [other] };
      const { label, actionId, value } = takeBack(request);
      return {
        code: reason,
        notDone,
        fact: say`You have approved it before, and count once.`,
        todo: [{ kind: 'press', label, actionId, value }],
      };
    }
    case 'approval_kept_by_gitlab':
      return {
        code: reason,
        notDone,
        fact: say`GitLab keeps approvals that were given.`,
        todo: [{ kind: 'say', phrase: say`While it waits you can still reject it.` }],
      };
    case 'approval_not_given':
      return {
        code: reason,
        notDone,
        fact: say`You have not approved it.`,
        todo: [{ kind: 'say', phrase: say`There is nothing of yours to take back.` }],
      };
  }
}

function decidedFact(request: ApprovalRequest): Phrase {
  const rejected = request.votes.find(({ answer }) => answer === 'reject');
  if (request.state === 'rejected' && rejected)
    return say`${actorName(rejected.voter)} has rejected it, ${time(rejected.at)}.`;
  if (request.state === 'closed') return say`Its deploy has ended, or needs no approval any more.`;
  const by = join(
    approvals(request).map(({ voter }) => actorName(voter)),
    ', ',
  );
  return request.state === 'used'
    ? say`It was approved by ${by}, and its job has been started.`
    : say`It has been approved by ${by} already.`;
}

function openPipeline({ pipelineUrl }: ApprovalRequest): Refusal['todo'][number] {
  return { kind: 'open', label: 'Open the pipeline', url: pipelineUrl };
}
