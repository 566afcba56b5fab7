import { renderApprovalAnswered, renderApprovalReminder, renderNudged } from '../../src/cards/approval-answered.ts';
import { renderApprovalRequest } from '../../src/cards/approval-request.ts';
import { renderApprovals } from '../../src/cards/approvals.ts';
import type { Card } from '../../src/cards/card.ts';
import type { ApprovalRequest } from '../../src/domain/approval.ts';

/** Each card about approvals in each of its states; `outside` is what people and GitLab put in. */
export function approvalCards(about: {
  readonly request: ApprovalRequest;
  readonly outside: string;
}): Readonly<Record<string, Card>> {
  const { request, outside } = about;
  const voter = request.requester;
  const approved = { voter, answer: 'approve', words: outside, at: request.createdAt } as const;
  const rejected = { ...approved, answer: 'reject' } as const;
  const one = { ...request, votes: [approved] };
  const withState = (state: ApprovalRequest['state'], vote: typeof approved | typeof rejected): ApprovalRequest => ({
    ...request,
    state,
    votes: [vote],
  });
  return {
    'approval asked': renderApprovalRequest({ request, threadUrl: outside }),
    'approval asked, checks failed': renderApprovalRequest({
      request: { ...one, checks: { passed: 2, failed: [outside, outside], open: [] } },
    }),
    'approval asked, checks open': renderApprovalRequest({
      request: { ...request, kind: 'rollback', tier: undefined, checks: { passed: 0, failed: [], open: [outside] } },
      comment: outside,
    }),
    'approval asked by GitLab': renderApprovalRequest({
      request: {
        ...one,
        gitlab: {
          deploymentId: 9,
          rules: [
            { name: outside, required: 2, given: 1 },
            { name: 'Security', required: 1, given: 3 },
          ],
        },
      },
    }),
    ...observedCards(one, withState('approved', approved)),
    'approval given': renderApprovalRequest({ request: withState('approved', approved), threadUrl: outside }),
    'approval used': renderApprovalRequest({ request: withState('used', approved) }),
    'approval rejected': renderApprovalRequest({ request: withState('rejected', rejected) }),
    'approval expired': renderApprovalRequest({ request: { ...request, state: 'expired' } }),
    'approval closed': renderApprovalRequest({ request: { ...request, state: 'closed' } }),
    'you approved': renderApprovalAnswered({ request: one, answer: 'approve' }),
    'you rejected': renderApprovalAnswered({ request: withState('rejected', rejected), answer: 'reject' }),
    'you took it back': renderApprovalAnswered({ request, answer: 'withdraw' }),
    'approvers nudged': renderNudged({ request }),
    'approvers reminded': renderApprovalReminder({ request }),
    'approvers called by somebody': renderApprovalReminder({ request, by: voter.slackUserId }),
    'approvals, several': renderApprovals({
      requests: [
        { request, line: outside },
        { request: one, line: outside },
      ],
    }),
  };
}

/** Those of a deployment that somebody started in GitLab. */
function observedCards(request: ApprovalRequest, approved: ApprovalRequest): Readonly<Record<string, Card>> {
  const observed = { ...request, origin: { kind: 'observed' as const }, expiresAt: undefined };
  const reasons = ['started', 'canceled', 'gone', 'overtaken', 'asked_anew', 'not_configured'] as const;
  return {
    'approval of a deployment in GitLab': renderApprovalRequest({ request: observed }),
    'approval of a deployment in GitLab, by nobody known': renderApprovalRequest({
      request: { ...observed, requester: { slackUserId: '', gitlab: undefined } },
    }),
    'approval of a deployment in GitLab, given': renderApprovalRequest({
      request: { ...approved, origin: observed.origin, expiresAt: undefined },
    }),
    ...Object.fromEntries(
      reasons.map((closed) => [
        `approval of a deployment in GitLab, closed: ${closed}`,
        renderApprovalRequest({ request: { ...observed, state: 'closed', closed } }),
      ]),
    ),
    'approvers of a deployment in GitLab reminded': renderApprovalReminder({ request: observed }),
    'you rejected a deployment in GitLab': renderApprovalAnswered({ request: observed, answer: 'reject' }),
  };
}
