import { endJob } from '../engine/process.ts';
import { approvalRulesOf, fits, pendingApprovals, protectionsOf } from '../engine/protection.ts';
import { type AccessRule, type Approval, type Deployment, jobOf, report, userOf, type World } from '../world.ts';
import { created, invalid, message, notFound, type Reply, type RestRequest, textOf } from './reply.ts';
import { showUser } from './shapes.ts';

/**
 * GitLab Premium's approval of a deployment; all refusals are 400.
 * @see https://docs.gitlab.com/api/deployments/#approve-or-reject-a-blocked-deployment
 */
export function answerApproval(request: RestRequest, deployment: Deployment): Reply {
  const { world, user } = request;
  if (world.settings.tier === 'free') return notFound();
  const status = textOf(request, 'status');
  if (status === undefined) return invalid('status is missing');
  if (status !== 'approved' && status !== 'rejected') return invalid('status does not have a valid value');
  const as = textOf(request, 'represented_as');
  const answer = decideDeployment(world, deployment, {
    userId: user.id,
    status,
    as,
    comment: textOf(request, 'comment'),
  });
  return typeof answer === 'string' ? message(400, answer) : created(showApproval(world, answer));
}

/**
 * What somebody says to a deployment that waits, on the page or through the API; a text is why GitLab does not take it.
 * Approving runs nothing: the job stays manual and must be played. A rejected job is dropped for good.
 */
export function decideDeployment(world: World, deployment: Deployment, vote: Vote): Approval | string {
  const refusal = refuse(world, deployment, vote);
  if (refusal !== undefined) return refusal;
  const { status, userId, comment = '', as } = vote;
  const known = deployment.approvals.find((each) => each.userId === userId);
  const fitting = approvalRulesOf(world, deployment).filter((rule) => fits(world, rule, userId));
  const rule = fitting.find((each) => explainLevel(world, each) === as) ?? fitting[0];
  const approval = known ?? { userId, comment, createdAt: world.now(), ruleId: rule?.id ?? 0, status };
  // The same word again changes nothing.
  if (known?.status === status) return approval;
  approval.status = status;
  if (known === undefined) deployment.approvals.push(approval);
  deployment.updatedAt = world.now();
  report(world, { kind: 'approval', deploymentId: deployment.id, approval, status });
  if (status === 'rejected') endJob(world, jobOf(world, deployment.jobId), 'failed', 'deployment_rejected');
  return approval;
}

/** An approval as the deployment and the approval endpoint show it. */
export function showApproval(world: World, approval: Approval): Readonly<Record<string, unknown>> {
  return {
    user: showUser(world, userOf(world, approval.userId)),
    status: approval.status,
    created_at: approval.createdAt.toISOString(),
    comment: approval.comment,
  };
}

/** How GitLab words whom a rule means. */
export function explainLevel(world: World, rule: AccessRule): string {
  if (rule.userId !== null) return userOf(world, rule.userId).name;
  return rule.accessLevel === 40 ? 'Maintainers' : 'Developers + Maintainers';
}

interface Vote {
  readonly userId: number;
  readonly status: 'approved' | 'rejected';
  readonly comment?: string | undefined;
  /** GitLab's `represented_as`. */
  readonly as?: string | undefined;
}

function refuse(world: World, deployment: Deployment, vote: Vote): string | undefined {
  const environment = world.environments.find((each) => each.id === deployment.environmentId);
  if (environment === undefined || protectionsOf(world, environment.name).length === 0) {
    return 'This environment is not protected.';
  }
  if (vote.status === 'approved' && deployment.userId === vote.userId) {
    return 'You cannot approve your own deployment. This configuration can be adjusted in the protected environment settings.';
  }
  const rules = approvalRulesOf(world, deployment);
  if (rules.length === 0) return 'Deployment approvals is not configured for this environment.';
  if (deployment.status !== 'blocked' || pendingApprovals(world, deployment) === 0) {
    return 'This deployment is not waiting for approvals.';
  }
  if (!rules.some((rule) => fits(world, rule, vote.userId))) {
    return "You don't have permission to approve this deployment. Contact the project or group owner for help.";
  }
  if (vote.as !== undefined && !rules.some((rule) => explainLevel(world, rule) === vote.as)) {
    return 'There are no approval rules for the given `represent_as` parameter. Use a valid User/Group/Role name instead.';
  }
  return undefined;
}
