import type { Actor } from '../domain/actor.ts';
import type { GitLabReads } from './gitlab-ports.ts';
import type { Settings, SlackGateway } from './ports.ts';

/** Who a Slack user is, and what Slack says of them. */
export interface Identified {
  readonly actor: Actor;
  /** A guest, a bot or a deactivated user. */
  readonly restricted: boolean;
  /** IANA zone name, from Slack. */
  readonly timezone: string;
}

/**
 * Finds the GitLab user behind a Slack user: by `identity.users`. Unknown people stay unknown; nobody is guessed.
 * @throws GitLabError, SlackError when one of them does not answer: without knowing who asks, nothing is done.
 */
export async function identifyActor(
  slackUserId: string,
  deps: {
    readonly settings: Settings;
    readonly gitlab: Pick<GitLabReads, 'userByName'>;
    readonly slack: Pick<SlackGateway, 'user'>;
  },
): Promise<Identified> {
  const username = deps.settings.identityUsers[slackUserId];
  const [person, slackUser] = await Promise.all([
    username === undefined ? undefined : deps.gitlab.userByName(username),
    deps.slack.user(slackUserId),
  ]);
  return { actor: { slackUserId, gitlab: person }, restricted: slackUser.restricted, timezone: slackUser.timezone };
}
