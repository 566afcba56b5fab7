import { renderApprovalAnswered, renderApprovalReminder, renderNudged } from '../../cards/approval-answered.ts';
import { renderApprovalRequest } from '../../cards/approval-request.ts';
import { renderApprovals } from '../../cards/approvals.ts';
import type { Card } from '../../cards/card.ts';
import { renderStartedAround } from '../../cards/started-around.ts';
import type { ApprovalRequest } from '../../domain/approval.ts';
import type { Operation } from '../../domain/operation.ts';

/** One of each card about approvals, for Slack to look at. */
export function sampleApprovalCards(operation: Operation): Readonly<Record<string, Card>> {
  const { id, planId, project, environment, release, pipelineId, pipelineUrl, requester, createdAt } = operation;
  const place = { channel: operation.channel, rootKey: operation.rootKey, broadcast: true };
  const request: ApprovalRequest = {
    id,
    origin: { kind: 'operation', operationId: id, planId, threadKey: operation.rootKey },
    project,
    environment,
    release,
    pipelineId,
    pipelineUrl,
    requester,
    createdAt,
    tier: 'production',
    kind: 'deploy',
    job: 'deploy-prod',
    jobId: 1,
    terms: { required: 2, approvers: ['maintainer'], ask: [], self: false, authors: true, expiresMs: 1 },
    ships: { total: 3, url: pipelineUrl },
    checks: { passed: 8, failed: [], open: [] },
    mention: [requester.slackUserId],
    places: [place],
    state: 'open',
    votes: [{ voter: requester, answer: 'approve', words: 'looks good', at: createdAt }],
    expiresAt: createdAt,
  };
  const observed: ApprovalRequest = { ...request, origin: { kind: 'observed' }, expiresAt: undefined };
  return {
    'approval asked': renderApprovalRequest({ request }),
    'approval given': renderApprovalRequest({ request: { ...request, state: 'approved' } }),
    'approval of a deployment in GitLab': renderApprovalRequest({ request: observed }),
    'approval of a deployment in GitLab, given': renderApprovalRequest({ request: { ...observed, state: 'approved' } }),
    'you approved': renderApprovalAnswered({ request, answer: 'approve' }),
    'started around approvals': renderStartedAround({
      project,
      environment,
      version: release.version,
      by: undefined,
      url: pipelineUrl,
    }),
    'approvers nudged': renderNudged({ request }),
    'approvers reminded': renderApprovalReminder({ request }),
    'approvals, several': renderApprovals({ requests: [{ request, line: '/approve acme/app:production v1.4.0' }] }),
  };
}
