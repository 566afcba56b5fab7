import { environmentSettings } from '../../config/schema.ts';
import { UsageError } from '../../domain/errors.ts';
import {
  createSlackSetup,
  refusalOfAppToken,
  type SlackAppFacts,
  type SlackChannel,
  type SlackSetup,
} from '../../slack/setup.ts';
import { readSetting } from './setting-answer.ts';

/** A bot token that Slack takes, and the calls made with it. */
export interface GivenBot {
  readonly token: string;
  readonly slack: SlackSetup;
  readonly apiUrl: string;
  readonly app: SlackAppFacts;
}

/** A bot token with every scope of this version. */
export async function readBotToken({
  token: text,
  apiUrl = environmentSettings.slackApiUrl.default,
  now,
}: {
  readonly token: string;
  readonly apiUrl: string | undefined;
  readonly now: () => Date;
}): Promise<GivenBot> {
  const botToken = readSetting(environmentSettings.slackBotToken, text);
  const url = readSetting(environmentSettings.slackApiUrl, apiUrl);
  const slack = createSlackSetup({ botToken, apiUrl: url, now });
  const app = await slack.app();
  if (app.missingScopes.length > 0) {
    throw new UsageError(`The Slack token lacks the scopes ${app.missingScopes.join(', ')}.`, {
      hint: `Add them under OAuth & Permissions (\`chatops manifest\` prints them all), reinstall the app (${app.installUrl}) and copy the token again.`,
    });
  }
  return { token: botToken, slack, apiUrl: url, app };
}

/** One of the two ways in which Slack's requests reach the bot. Whether a signing secret is right shows only later. */
export async function readAppSecret(
  text: string,
  { apiUrl, now }: Pick<GivenBot, 'apiUrl'> & { readonly now: () => Date },
): Promise<{ readonly signingSecret: string | undefined; readonly appToken: string | undefined }> {
  if (!text.trim().startsWith('xapp-')) {
    return { signingSecret: readSetting(environmentSettings.slackSigningSecret, text), appToken: undefined };
  }
  const setting = environmentSettings.slackAppToken;
  const appToken = readSetting(setting, text);
  const refusal = await refusalOfAppToken({ appToken, apiUrl, now });
  if (refusal === undefined) return { appToken, signingSecret: undefined };
  throw new UsageError(`Slack refuses this app-level token (${refusal}).`, {
    hint: `${setting.mend}. Socket Mode has to be switched on for the app.`,
  });
}

/** A channel that the bot is in, by its id or its name. */
export async function readChannel(text: string, { slack, app }: GivenBot): Promise<SlackChannel> {
  const name = text.trim().replace(/^#/, '');
  const isId = /^[CG][A-Z0-9]{6,}$/.test(name);
  const channel = name === '' ? undefined : isId ? await slack.channel(name) : await slack.channelNamed(name);
  if (!channel) {
    throw new UsageError(`The bot sees no channel ${isId || name === '' ? name : `#${name}`} in Slack.`, {
      hint: `Check the name or id; if it is private, type \`/invite @${app.botName}\` in it first.`,
    });
  }
  if (channel.archived)
    throw new UsageError(`#${channel.name} is archived.`, { hint: 'Unarchive it, or name another.' });
  if (!channel.isMember) {
    throw new UsageError(`The bot is not in #${channel.name}.`, {
      hint: `Type \`/invite @${app.botName}\` in #${channel.name}, then try again.`,
    });
  }
  return channel;
}

/** The bot's own address; in Socket Mode it may be left out. */
export function readPublicUrl(text: string, appToken: string | undefined): string | undefined {
  const given = text.trim();
  if (given === '' && appToken !== undefined) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isAddress = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!isAddress || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError('The address of the bot is not a web address without ? and #.', {
      hint: 'Write it like https://chatops.example.com. With an app-level token (--app-token) it may be left out.',
    });
  }
  return given.replace(/\/+$/, '').replace(/\/(gitlab\/webhook|slack\/events)$/, '');
}
