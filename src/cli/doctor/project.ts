import { accessLevels } from '../../domain/actor.ts';
import type { ProjectRules } from '../../domain/project.ts';
import type { ProjectFacts, TokenUser } from '../../gitlab/setup.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { checkHook } from './hook.ts';
import { isMaintainer, type ProjectCheckup } from './project-checkup.ts';

const roles: Readonly<Record<number, string>> = {
  0: 'no role',
  5: 'Minimal Access',
  10: 'Guest',
  15: 'Planner',
  20: 'Reporter',
  30: 'Developer',
  40: 'Maintainer',
  50: 'Owner',
};

/** Looks at a project: role, webhook, and the settings that decide what can be deployed. */
export async function* checkProject(about: ProjectCheckup, rules: ProjectRules): AsyncGenerator<Finding> {
  const { gitlab, user } = about;
  const project = await gitlab.project(rules.path);
  if (!project) {
    yield problem(
      'project_missing',
      `${rules.path} does not exist, or @${user.username} is no member of it.`,
      `Correct the path in chatops.yml, or invite @${user.username} as Maintainer.`,
    );
    return;
  }
  if (project.archived) {
    const mend = 'Unarchive it in GitLab, or remove it from chatops.yml.';
    yield problem('project_archived', `${project.path} is archived: nothing can run there.`, mend);
    return;
  }
  const level = await gitlab.accessLevel(project.id, user.id);
  yield checkRole(project, user, level);
  yield* checkHook(about, { project, rules, level });
  yield checkForwardDeployment(project);
  yield checkVariables(project);
  yield await checkProtection(about, project, level);
}

function checkRole({ path, url }: ProjectFacts, user: TokenUser, level: number): Finding {
  const seen = `${path}: the bot is @${user.username} with ${roles[level] ?? `access level ${level}`}`;
  const page = `${url}/-/project_members`;
  if (level < accessLevels.developer)
    return problem('project_role', `${seen}: it cannot run jobs.`, `Make it Maintainer: ${page}`);
  if (!isMaintainer(level)) {
    const mend = `Make it Maintainer (${page}), or look after the webhook and protected environments by hand.`;
    return warning('project_role', `${seen}: it runs jobs, but cannot see webhooks.`, mend);
  }
  return ok('project_role', `${seen}.`);
}

function checkForwardDeployment({ path, url, forwardDeployment, rollbackAllowed }: ProjectFacts): Finding {
  const code = 'outdated_deployments';
  const where = `${url}/-/settings/ci_cd, General pipelines`;
  if (forwardDeployment === undefined) return ok(code, `${path}: GitLab does not tell about outdated deployment jobs.`);
  if (!forwardDeployment) {
    const seen = `${path}: outdated deployment jobs may run, so that an old pipeline can undo a newer deployment.`;
    return warning(code, seen, `Tick "Prevent outdated deployment jobs": ${where}`);
  }
  if (rollbackAllowed === false) {
    const seen = `${path}: outdated deployment jobs may not even be retried, so that rolling back needs a new pipeline.`;
    return warning(code, seen, `Tick "Allow job retries for rollback deployments": ${where}`);
  }
  return ok(code, `${path}: outdated deployment jobs are prevented, retries for rollbacks allowed.`);
}

function checkVariables({ path, url, variablesRole }: ProjectFacts): Finding {
  const code = 'pipeline_variables';
  if (variablesRole === 'no_one_allowed') {
    return ok(
      code,
      `${path}: nobody may give variables, so KEY=value is refused there.`,
      `Only if you want it: ${url}/-/settings/ci_cd, Variables, "Minimum role to use pipeline variables".`,
    );
  }
  return ok(code, `${path}: variables may be given by ${variablesRole ?? 'whom GitLab does not tell'}.`);
}

async function checkProtection(
  { gitlab, user, version }: ProjectCheckup,
  project: ProjectFacts,
  level: number,
): Promise<Finding> {
  const code = 'protected_environments';
  const environments = await gitlab.protectedEnvironments(project.id);
  if (environments === undefined) {
    const tier = version.enterprise === false ? 'Community Edition' : 'Free tier';
    return ok(
      code,
      `${project.path}: on the ${tier} no environment is protected by GitLab itself; the bot's own rules hold.`,
    );
  }
  const names = environments.map(({ name }) => name);
  const closed = environments.filter(
    ({ deployers }) =>
      !deployers.some(
        // Who is in a group is not asked: the benefit of the doubt.
        (rule) => rule.userId === user.id || rule.groupId !== undefined || (rule.accessLevel ?? Infinity) <= level,
      ),
  );
  if (closed.length > 0) {
    return warning(
      code,
      `${project.path}: @${user.username} may not deploy to ${closed.map(({ name }) => name).join(', ')}.`,
      `Allow it to deploy there: ${project.url}/-/settings/ci_cd, Protected environments.`,
    );
  }
  const list =
    names.length === 0 ? 'none is protected' : `protected are ${names.join(', ')}, and the bot may deploy there`;
  return ok(code, `${project.path}: Premium or Ultimate; ${list}.`);
}
