import { renderWhoAmI, type Standing } from '../../cards/who-am-i.ts';
import { accessLevels, roleName } from '../../domain/actor.ts';
import { commandLine } from '../../domain/command-line.ts';
import { guessTier } from '../../domain/environment.ts';
import { decidePolicy } from '../../domain/policy.ts';
import { environmentRule, type ProjectRules } from '../../domain/project.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { isAdmin } from '../input/is-admin.ts';
import { readGroups } from '../input/read-rights.ts';

/** Each costs a few small requests, side by side. */
const shown = 5;

/** Who the person is to the bot, how it knows, and what they may do in this channel's projects. */
export async function whoAmI(context: CommandContext): Promise<CommandResult> {
  const { actor, settings, channel, restricted, timezone } = context;
  const here = settings.projects.filter(({ channels }) => channels.some(({ id }) => id === channel)).slice(0, shown);
  const standings = await Promise.all(here.map((rules) => standing(rules, context)));
  return {
    kind: 'answer',
    about: {},
    card: renderWhoAmI({
      actor,
      configured: settings.identityUsers[actor.slackUserId],
      email: settings.identityEmail,
      link: restricted ? undefined : context.invite && commandLine(settings.commandPrefix, '/chatops', ['link']),
      restricted,
      admin: await isAdmin(context),
      timezone,
      standings: standings.filter((one) => one !== undefined),
    }),
  };
}

/** Undefined where nobody can tell, since they are not known in GitLab. */
async function standing(rules: ProjectRules, context: CommandContext): Promise<Standing | undefined> {
  const { actor, restricted, gitlab, channel } = context;
  if (actor.gitlab?.id === undefined) return undefined;
  const { ref } = await context.resolveProject(rules);
  const accessLevel = await gitlab.accessLevel(ref.id, actor.gitlab.id);
  const said = { project: rules.path, role: roleName(accessLevel) };
  if (accessLevel < accessLevels.reporter) return { ...said, environments: undefined };
  const isFromHere = rules.deployFrom === undefined || rules.deployFrom.includes(channel);
  const [environments, groups] = await Promise.all([
    gitlab.environments(ref.id),
    readGroups(
      rules.environments.flatMap(({ deployers = [] }) => deployers),
      actor.slackUserId,
      context,
    ),
  ]);
  const may = environments.filter(({ name, tier = guessTier(name) }) => {
    const { deployers, link } = environmentRule(rules, name) ?? {};
    const rights = { accessLevel, deployers, groups, linkRequired: link === 'required' };
    const decision = decidePolicy({ action: 'deploy', actor, tier, restricted, ...rights });
    return isFromHere && decision.kind === 'allow';
  });
  const mayNot = environments.filter((environment) => !may.includes(environment));
  return { ...said, environments: { may: may.map(({ name }) => name), mayNot: mayNot.map(({ name }) => name) } };
}
