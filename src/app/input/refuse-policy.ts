import { type Actor, accessLevels } from '../../domain/actor.ts';
import { commandLine } from '../../domain/command-line.ts';
import { bold, code, join, type Phrase, say } from '../../domain/phrase.ts';
import { decidePolicy, type PolicyRefusal } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Settings } from '../ports.ts';

/** Why this person may not be shown anything of the project, its environments' names included; undefined: they may. */
export async function refuseReader(
  project: ProjectContext,
  notDone: Phrase,
  context: Pick<CommandContext, 'actor' | 'restricted' | 'settings'> & {
    readonly gitlab: Pick<GitLabReads, 'accessLevel'>;
  },
): Promise<Refusal | undefined> {
  const { actor, restricted, gitlab, settings } = context;
  const accessLevel = actor.gitlab?.id === undefined ? 0 : await gitlab.accessLevel(project.ref.id, actor.gitlab.id);
  const decision = decidePolicy({ action: 'read', actor, accessLevel, restricted });
  return decision.kind === 'allow'
    ? undefined
    : refusePolicy(decision, { notDone, actor, project, settings, restricted });
}

/**
 * A project that `chatops.yml` does not name is known through watches alone, and deployed only from channels where a
 * maintainer set one up: a reporter's watch must not open it to anything but notices.
 */
export function refuseElsewhere(
  { rules, ref }: ProjectContext,
  notDone: Phrase,
  { channel, settings }: Pick<CommandContext, 'channel' | 'settings'>,
): Refusal | undefined {
  if (rules.deployFrom === undefined || rules.deployFrom.includes(channel)) return undefined;
  return {
    code: 'not_deployable_here',
    notDone,
    fact: say`${bold(ref.path)} is watched for its notices only, as far as this channel goes.`,
    todo: [
      { kind: 'say', phrase: say`One of its maintainers can change that by typing here:` },
      { kind: 'type', line: commandLine(settings.commandPrefix, '/chatops', ['watch', ref.path]) },
    ],
  };
}

/** Says why a person may not, naming the missing role, and whom to ask. */
export function refusePolicy(
  refusal: PolicyRefusal,
  about: {
    readonly notDone: Phrase;
    readonly actor: Actor;
    readonly project: Pick<ProjectContext, 'ref'>;
    /** Where it is not the one that `notDone` names, e.g. a canary on the way. */
    readonly environment?: string;
    /** To Slack a guest or a bot, who can link no account. */
    readonly restricted?: boolean;
    readonly settings: Pick<Settings, 'commandPrefix'>;
  },
): Refusal {
  const { path, url } = about.project.ref;
  const link = commandLine(about.settings.commandPrefix, '/chatops', ['link']);
  return { code: refusal.reason, notDone: about.notDone, ...explain(refusal, { ...about, path, url, link }) };
}

function explain(
  { reason, needs, has }: PolicyRefusal,
  about: {
    readonly actor: Actor;
    readonly path: string;
    readonly url: string;
    readonly environment?: string;
    readonly restricted?: boolean;
    readonly link: string;
  },
): Pick<Refusal, 'fact' | 'todo'> {
  const who = about.actor.gitlab ? `@${about.actor.gitlab.username}` : 'you';
  const may = join(
    needs.map((need) => code(need)),
    ' or ',
  );
  // GitLab knows best what somebody may do with their own account.
  const toLink = { kind: 'say', phrase: say`Link yours with ${code(about.link)}.` } as const;
  const named = needs.filter((need) => need in accessLevels);
  const roles = named.length > 0 ? join(named.map(code), ' or ') : 'its members';
  const where =
    about.environment === undefined ? bold(about.path) : say`${bold(about.environment)} of ${bold(about.path)}`;
  const members: Refusal['todo'] = [
    { kind: 'open', label: 'See who can grant it', url: `${about.url}/-/project_members` },
  ];
  switch (reason) {
    case 'actor_not_linked': {
      const line = code(`${about.actor.slackUserId}: your-gitlab-username`);
      const ask = say`ask whoever runs this bot to add ${line} under ${code('identity.users')}.`;
      const guest = say`Ask a full member of this workspace. To look yourself, ${ask}`;
      return {
        fact: say`I do not know your GitLab account, so I cannot tell what you may do.`,
        todo: [{ kind: 'say', phrase: about.restricted ? guest : say`Link it with ${code(about.link)}, or ${ask}` }],
      };
    }
    case 'link_required':
      return { fact: say`${where} is for people who linked their GitLab account.`, todo: [toLink] };
    case 'link_broken':
      return { fact: say`GitLab takes the token of your linked account no more.`, todo: [toLink] };
    case 'environment_protected':
      return {
        fact: say`${where} is protected in GitLab, and ${who} is not among those who may deploy there.`,
        todo: [toLink, { kind: 'say', phrase: say`Or have a maintainer allow you there, in GitLab's settings.` }],
      };
    case 'guest':
      return {
        fact: say`Guests and bots can look, not deploy.`,
        todo: [{ kind: 'say', phrase: say`Ask a full member of this workspace.` }],
      };
    case 'not_a_member':
      // An alias stands for a path, and a list of deployers for people, that only members may see.
      return {
        fact: say`This is for ${roles}, and ${who} is not a member of the project.`,
        todo: [{ kind: 'say', phrase: say`Ask one of its maintainers.` }],
      };
    case 'role_too_low':
    case 'not_a_deployer':
      return { fact: say`${where} is for ${may}, and ${who} is ${has} in the project.`, todo: members };
  }
}
