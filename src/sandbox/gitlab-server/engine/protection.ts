import type { AccessRule, ApprovalRule, Deployment, ProtectedEnvironment, World } from '../world.ts';

/** What protects an environment: the project by its name, the groups above by its tier. None on GitLab Free. */
export function protectionsOf(world: World, environmentName: string): readonly ProtectedEnvironment[] {
  if (world.settings.tier === 'free') return [];
  const tier = world.environments.find(({ name }) => name === environmentName)?.tier;
  return world.protectedEnvironments.filter(({ name, group }) =>
    group === null ? name === environmentName : name === tier && world.project.path.startsWith(`${group}/`),
  );
}

/** True when each place that protects the environment names this user or a level they have. */
export function mayDeploy(world: World, environmentName: string, userId: number): boolean {
  const protections = protectionsOf(world, environmentName);
  return protections.every(({ protectionsLevels }) => protectionsLevels.some((rule) => fits(world, rule, userId)));
}

/** The approval rules a deployment is under. */
export function approvalRulesOf(world: World, deployment: Deployment): readonly ApprovalRule[] {
  const environment = world.environments.find((each) => each.id === deployment.environmentId);
  return environment === undefined
    ? []
    : protectionsOf(world, environment.name).flatMap(({ approvalRules }) => approvalRules);
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
  const members = rule.ofGroup ? world.groupMembers : world.members;
  return rule.accessLevel !== null && (members.get(userId) ?? 0) >= rule.accessLevel;
}
