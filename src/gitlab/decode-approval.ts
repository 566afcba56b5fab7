import type { Deployment } from '../domain/deployment.ts';
import type { GitLabApproval, GitLabApprovalReason, GitLabRule } from '../domain/gitlab-approval.ts';
import { decodeJobStatus, isActive, type JobStatus } from '../domain/job.ts';
import type { DeploymentApprovalPayload } from './approval-schema.ts';
import { decodeDeployment } from './decode-answer.ts';
import type { DeploymentPayload } from './schema.ts';

/** GitLab's approvals of a deployment; undefined: it is under no rule. `all`: those of its environment. */
export function decodeApproval(
  payload: DeploymentApprovalPayload,
  all: readonly DeploymentPayload[],
): GitLabApproval | undefined {
  const rules = (payload.approval_summary?.rules ?? []).map(
    (rule): GitLabRule => ({
      name: rule.access_level_description ?? 'approvers',
      required: rule.required_approvals ?? 1,
      given: (rule.deployment_approvals ?? []).filter(({ status }) => status === 'approved').length,
      userId: rule.user_id,
      groupId: rule.group_id,
      accessLevel: rule.access_level,
    }),
  );
  const pending = payload.pending_approval_count ?? 0;
  if (rules.length === 0 && pending === 0) return undefined;
  const deployment = decodeDeployment(payload);
  return {
    deployment,
    begun: isBegun(deployment, decodeJobStatus(payload.deployable?.status ?? '')),
    canceled:
      payload.deployable?.pipeline?.status === 'canceled' ||
      deployment.status === 'canceled' ||
      deployment.status === 'skipped',
    overtaken: all.some(({ id, status, sha }) => id > payload.id && status === 'success' && sha !== payload.sha),
    pending,
    rules,
    approvals: (payload.approvals ?? []).flatMap(({ user, status, comment, created_at: at }) => {
      if (!user || (status !== 'approved' && status !== 'rejected')) return [];
      return [{ person: user, answer: status === 'approved' ? 'approve' : 'reject', words: comment, at } as const];
    }),
  };
}

/** A deployment stays `blocked` while its job, already played, waits for a runner. */
function isBegun({ status }: Deployment, job: JobStatus): boolean {
  return status === 'running' || status === 'success' || status === 'failed' || isActive(job);
}

/**
 * GitLab has one status, 400, for every reason, so its words have to tell. Those that it does not know any more, or
 * translates, are `gitlab_not_taken`.
 * @see https://docs.gitlab.com/api/deployments/#approve-or-reject-a-blocked-deployment
 */
export function decodeApprovalRefusal(said: string): GitLabApprovalReason {
  const texts: readonly (readonly [string, GitLabApprovalReason])[] = [
    ['This environment is not protected', 'gitlab_not_protected'],
    ['You cannot approve your own deployment', 'gitlab_own_deployment'],
    ['Deployment approvals is not configured', 'gitlab_not_configured'],
    ['This deployment is not waiting for approvals', 'gitlab_not_waiting'],
    ["You don't have permission to approve", 'gitlab_no_permission'],
    ['There are no approval rules for the given', 'gitlab_unknown_rule'],
  ];
  return texts.find(([text]) => said.includes(text))?.[1] ?? 'gitlab_not_taken';
}
