import type { AccessRule, ApprovalRule, Deployment, ProtectedEnvironment, World } from '../world.ts';

/** The protection of an environment; there is none on GitLab Free. */
export function protectionOf(world: World, environmentName: string): ProtectedEnvironment | undefined {
  if (world.settings.tier === 'free') return undefined;
  return world.protectedEnvironments.find((each) => each.name === environmentName);
}

/** True when the environment is open, or one of its rules names this user or a level they have. */
export function mayDeploy(world: World, environmentName: string, userId: number): boolean {
  const protection = protectionOf(world, environmentName);
  return protection === undefined || protection.deployAccessLevels.some((rule) => fits(world, rule, userId));
}

/** The approval rules a deployment is under. */
export function approvalRulesOf(world: World, deployment: Deployment): readonly ApprovalRule[] {
  const environment = world.environments.find((each) => each.id === deployment.environmentId);
  return environment === undefined ? [] : (protectionOf(world, environment.name)?.approvalRules ?? []);
}

/** How many approvals are still missing, over all rules. */
export function pendingApprovals(world: World, deployment: Deployment): number {
  return approvalRulesOf(world, deployment).reduce((sum, rule) => {
    const given = deployment.approvals.filter((each) => each.status === 'approved' && each.ruleId === rule.id);
    return sum + Math.max(0, rule.requiredApprovals - given.length);
  }, 0);
}

/** True when no approval is missing. */
export function isApproved(world: World, deployment: Deployment): boolean {
  return pendingApprovals(world, deployment) === 0;
}

/** True when this rule names the user or a level they have. */
export function fits(world: World, rule: AccessRule, userId: number): boolean {
  if (rule.userId !== null) return rule.userId === userId;
  return rule.accessLevel !== null && (world.members.get(userId) ?? 0) >= rule.accessLevel;
}
