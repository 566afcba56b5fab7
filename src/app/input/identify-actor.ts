import type { Actor, KnownBy } from '../../domain/actor.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Linking } from '../links/linking.ts';
import type { Log, Settings, SlackGateway } from '../ports.ts';

/** Who a Slack user is, and what Slack says of them. */
export interface Identified {
  readonly actor: Actor;
  /** A guest, a bot or a deactivated user. */
  readonly restricted: boolean;
  /** As Slack shows them. */
  readonly slackName: string;
  /** IANA zone name, from Slack. */
  readonly timezone: string;
}

export interface IdentifyDeps {
  readonly gitlab: Pick<GitLabReads, 'userByName'>;
  readonly slack: Pick<SlackGateway, 'user'>;
  readonly findLink: Linking['findLink'];
}

/**
 * Finds the GitLab user behind a Slack user: the account that they linked, else by `identity.users`. Unknown people stay
 * unknown; nobody is guessed.
 * @throws GitLabError, SlackError when one of them does not answer: without knowing who asks, nothing is done.
 */
export async function identifyActor(
  slackUserId: string,
  deps: IdentifyDeps & { readonly settings: Settings },
): Promise<Identified> {
  const [known, slackUser] = await Promise.all([findPerson(slackUserId, deps), deps.slack.user(slackUserId)]);
  const { restricted, timezone, name: slackName } = slackUser;
  return { actor: { slackUserId, ...known }, restricted, timezone, slackName };
}

async function findPerson(
  slackUserId: string,
  { findLink, settings, gitlab }: IdentifyDeps & { readonly settings: Settings },
): Promise<Pick<Actor, 'gitlab'> & { readonly knownBy?: KnownBy }> {
  const link = await findLink(slackUserId);
  if (link) return { gitlab: link.gitlab, knownBy: link.state === 'good' ? 'link' : 'broken_link' };
  const username = settings.identityUsers[slackUserId];
  const person = username === undefined ? undefined : await gitlab.userByName(username);
  return person ? { gitlab: person, knownBy: 'users' } : { gitlab: undefined };
}

/** The same for an entry of the audit about something that is not done anyway: without an answer only Slack's side is known. */
export async function identifyForRecord(
  slackUserId: string,
  deps: IdentifyDeps & { readonly settings: () => Settings; readonly log: Log },
): Promise<Actor> {
  return identifyActor(slackUserId, { ...deps, settings: deps.settings() }).then(
    ({ actor }) => actor,
    (error: unknown) => {
      deps.log.warn({ actor: slackUserId, err: error }, 'actor not identified for the audit');
      return { slackUserId, gitlab: undefined };
    },
  );
}
