import type { Actor, KnownBy, Person } from '../../domain/actor.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Linking } from '../links/linking.ts';
import type { Log, Settings, SlackGateway, SlackUser } from '../ports.ts';

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
  readonly gitlab: Pick<GitLabReads, 'userByName' | 'userByEmail'>;
  readonly slack: Pick<SlackGateway, 'user'>;
  readonly findLink: Linking['findLink'];
}

/**
 * Finds the GitLab user behind a Slack user: the account that they linked, else by `identity.users`, else by the e-mail
 * address that both have confirmed, where `identity.email` allows it. Unknown people stay unknown; nobody is guessed.
 * @throws GitLabError, SlackError when one of them does not answer: without knowing who asks, nothing is done.
 */
export async function identifyActor(
  slackUserId: string,
  deps: IdentifyDeps & { readonly settings: Settings },
): Promise<Identified> {
  const asked = deps.slack.user(slackUserId);
  const [known, slackUser] = await Promise.all([findPerson(slackUserId, asked, deps), asked]);
  const { restricted, timezone, name: slackName } = slackUser;
  return { actor: { slackUserId, ...known }, restricted, timezone, slackName };
}

async function findPerson(
  slackUserId: string,
  slackUser: Promise<SlackUser>,
  { findLink, settings, gitlab }: IdentifyDeps & { readonly settings: Settings },
): Promise<Pick<Actor, 'gitlab' | 'knownBy'>> {
  const link = await findLink(slackUserId);
  if (link) return { gitlab: link.gitlab, knownBy: link.state === 'good' ? 'link' : 'broken_link' };
  const username = settings.identityUsers[slackUserId];
  // Whom the file names is that user or nobody, whatever their address says.
  if (username !== undefined) return knownAs('users', await gitlab.userByName(username));
  const { email } = settings.identityEmail ? await slackUser : {};
  return knownAs('email', email === undefined ? undefined : await gitlab.userByEmail(email));
}

function knownAs(knownBy: KnownBy, person: Person | undefined): Pick<Actor, 'gitlab' | 'knownBy'> {
  return person ? { gitlab: person, knownBy } : { gitlab: undefined };
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
