import type { Actor, Role } from '../domain/actor.ts';
import { bold, code, join, type Phrase, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';

/** What a person is and may do in one project. */
export interface Standing {
  readonly project: string;
  readonly role: Role | 'none';
  /** Undefined: they may not even look. */
  readonly environments: { readonly may: readonly string[]; readonly mayNot: readonly string[] } | undefined;
}

/** Who somebody is to the bot, how it knows, and what they may do here. */
export function renderWhoAmI(about: {
  readonly actor: Actor;
  /** The GitLab username in `identity.users`; undefined: there is none. */
  readonly configured: string | undefined;
  /** People are found by their e-mail address as well. */
  readonly email: boolean;
  readonly restricted: boolean;
  readonly admin: boolean;
  /** The command that links an account, as installed; undefined: linking is switched off. */
  readonly link: string | undefined;
  readonly timezone: string;
  readonly standings: readonly Standing[];
}): Card {
  const { actor, standings, timezone } = about;
  const who = actor.gitlab
    ? say`You are ${bold(`@${actor.gitlab.username}`)} in GitLab.`
    : say`I do not know who you are in GitLab.`;
  return buildCard({
    spoken: who,
    lines: [
      who,
      found(about),
      say`Slack id ${code(actor.slackUserId)}, time zone ${code(timezone)}.`,
      ...(about.restricted ? [say`To Slack you are a guest or a bot: you can look, and change nothing.`] : []),
      ...(about.admin ? [say`You are one of ${code('operations.admins')}.`] : []),
      ...standings.map(standingLine),
    ],
  });
}

function found(about: {
  readonly actor: Actor;
  readonly configured: string | undefined;
  readonly email: boolean;
  readonly link: string | undefined;
}): Phrase {
  const { actor, configured, email, link } = about;
  const toLink = link === undefined ? [] : say` ${code(link)} links it.`;
  if (actor.knownBy === 'link') return say`You linked that account, and what you do here bears that name.`;
  if (actor.knownBy === 'broken_link')
    return say`You linked that account, and GitLab takes its token no more: until you link it again you cannot act with it.${toLink}`;
  if (actor.gitlab)
    return say`${source(actor)} It is not linked: what you do here bears the bot's name in GitLab.${toLink}`;
  if (configured !== undefined)
    return say`${code('identity.users')} says ${code(`@${configured}`)}, and GitLab has no such user: ask whoever runs this bot to mend it.`;
  const address = email ? say`No GitLab user shows me the address that you confirmed in Slack. ` : [];
  if (link !== undefined) return say`${address}${code(link)} links your GitLab account.`;
  const line = code(`${actor.slackUserId}: your-gitlab-username`);
  return say`${address}Ask whoever runs this bot to add ${line} under ${code('identity.users')}.`;
}

function source({ knownBy }: Actor): Phrase {
  return knownBy === 'email'
    ? say`I know it by the e-mail address that you confirmed in Slack and in GitLab.`
    : say`I know it from ${code('identity.users')} in ${code('chatops.yml')}.`;
}

function standingLine({ project, role, environments }: Standing): Phrase {
  if (!environments)
    return say`• ${bold(project)}: ${role === 'none' ? 'no member' : role}, which is too little to look at it.`;
  const { may, mayNot } = environments;
  const deploys = may.length === 0 ? say`deploy nothing` : say`deploy to ${join(may.map(code), ', ')}`;
  const but = mayNot.length === 0 ? [] : say`, not to ${join(mayNot.map(code), ', ')}`;
  return say`• ${bold(project)}: ${role}. You may look, and ${deploys}${but}.`;
}
