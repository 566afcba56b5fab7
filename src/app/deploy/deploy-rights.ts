import { guessTier } from '../../domain/environment.ts';
import { bold, code, say } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import { environmentRule } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { isListed } from '../input/is-admin.ts';
import { readRights } from '../input/read-rights.ts';
import { refuseElsewhere, refusePolicy } from '../input/refuse-policy.ts';
import type { DeployRequest } from './plan-deploy.ts';

/** Why this person may not deploy to an environment: the target, or one on the way. @throws GitLabError */
export async function refuseDeployer(
  request: Pick<DeployRequest, 'project' | 'environment' | 'version'>,
  environment: DeployRequest['environment'],
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { project } = request;
  const { actor, restricted } = context;
  const { rules, ref } = project;
  const { name } = environment;
  const who = environmentRule(rules, name)?.deployers;
  const rights = await readRights({ actor, project: ref, rules, environment: name, who }, context);
  const tier = environment.known?.tier ?? guessTier(name);
  const decision = decidePolicy({ action: 'deploy', actor, tier, restricted, ...rights });
  const notDone = notDeployed(request);
  if (decision.kind === 'allow') return refuseElsewhere(project, notDone, context);
  return refusePolicy(decision, { notDone, environment: name, actor, project, settings: context.settings });
}

/** Whether this person may go past our freeze and the order: `operations.emergency`, or a maintainer. @throws GitLabError */
export async function mayOverride(project: ProjectContext, context: CommandContext): Promise<boolean> {
  const { actor, restricted, settings } = context;
  if (await isListed(settings.operationsEmergency, context)) return true;
  const accessLevel = await levelOf(project, context);
  return decidePolicy({ action: 'override', actor, accessLevel, restricted }).kind === 'allow';
}

/** What somebody is told who asked for an override and may not. */
export function refuseOverride(request: DeployRequest): Refusal {
  return {
    code: 'override_not_allowed',
    notDone: notDeployed(request),
    fact: say`Only maintainers and those of ${code('operations.emergency')} in chatops.yml may override.`,
    todo: [{ kind: 'say', phrase: say`Ask one of the project's maintainers.` }],
  };
}

async function levelOf({ ref }: ProjectContext, { actor, gitlab }: CommandContext): Promise<number> {
  return actor.gitlab?.id === undefined ? 0 : gitlab.accessLevel(ref.id, actor.gitlab.id);
}

function notDeployed({ version, environment }: Pick<DeployRequest, 'version' | 'environment'>): Refusal['notDone'] {
  return say`${version} was not deployed to ${bold(environment.name)}.`;
}
