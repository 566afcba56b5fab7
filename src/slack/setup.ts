import { z } from 'zod';
import { SlackError } from '../domain/errors.ts';
import { createSlackClient, readReply, type SlackClientOptions } from './client.ts';
import { refusedTokenCodes } from './errors.ts';
import { hasShare, Shares } from './places.ts';
import { emailScope, requiredScopes } from './scopes.ts';

// What setting up and checking an installation asks of Slack. The bot itself makes none of these calls but auth.test.

/** The app as its token shows it. */
export interface SlackAppFacts {
  readonly team: string;
  /** As people mention it, without the `@`. */
  readonly botName: string;
  /** Scopes of this version that the token was not given. */
  readonly missingScopes: readonly string[];
  /** Whether the token sees people's e-mail addresses. */
  readonly grantsEmail: boolean;
  /** Where the app is installed again. */
  readonly installUrl: string;
}

/** A channel as the bot sees it. */
export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly archived: boolean;
  /** With another workspace or company, now or as soon as they accept. */
  readonly shared: boolean;
  readonly isMember: boolean;
}

/** The calls that set an installation up and check it. */
export interface SlackSetup {
  /** @throws SlackError, whose code tells whether the token is refused. */
  app(): Promise<SlackAppFacts>;
  /** Undefined where there is none, or it is private and the bot is not in it. */
  channel(id: string): Promise<SlackChannel | undefined>;
  /** By its name, without `#`. Archived ones are not looked at. */
  channelNamed(name: string): Promise<SlackChannel | undefined>;
  /** Undefined when Slack would take the blocks, else its code. `unknown_method` where it has no such call. */
  refusalOf(blocks: readonly unknown[]): Promise<string | undefined>;
  /** Slack's clock, from the `Date` header of its last answer. */
  clock(): Date | undefined;
}

const AuthTest = z.object({
  team: z.string(),
  user: z.string(),
  bot_id: z.string().optional(),
  // The client's reading of the header x-oauth-scopes.
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});
const BotInfo = z.object({ bot: z.object({ app_id: z.string() }) });
const Channel = z.object({
  id: z.string(),
  name: z.string().default(''),
  is_archived: z.boolean().default(false),
  is_member: z.boolean().default(false),
  ...Shares,
});
const ChannelReply = z.object({ channel: Channel });
const ChannelList = z.object({
  channels: z.array(Channel),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** A workspace of twenty thousand channels; more are not looked through for a name. */
const MAX_PAGES = 20;

/** Makes the calls, each done once. */
export function createSlackSetup(options: Omit<SlackClientOptions, 'onResponse'>): SlackSetup {
  let clock: Date | undefined;
  const call = createSlackClient({
    ...options,
    onResponse: ({ headers }) => {
      const date = new Date(headers.get('date') ?? '');
      if (!Number.isNaN(date.getTime())) clock = date;
    },
  });

  return {
    async app() {
      const reply = readReply(AuthTest, await call('auth.test', {}), 'auth.test');
      const granted = reply.response_metadata?.scopes;
      return {
        team: reply.team,
        botName: reply.user,
        // Without the header nothing is known, and nothing is claimed.
        missingScopes: granted ? requiredScopes.filter((scope) => !granted.includes(scope)) : [],
        grantsEmail: granted?.includes(emailScope) ?? true,
        installUrl: await installUrl(call, reply.bot_id),
      };
    },
    async channel(id) {
      const reply = await call('conversations.info', { channel: id }).catch(orNoChannel);
      return reply === undefined ? undefined : toChannel(readReply(ChannelReply, reply, 'conversations.info').channel);
    },
    async channelNamed(name) {
      let cursor = '';
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const types = 'public_channel,private_channel';
        const args = { types, exclude_archived: true, limit: 1000, ...(cursor === '' ? {} : { cursor }) };
        const list = readReply(ChannelList, await call('conversations.list', args), 'conversations.list');
        const found = list.channels.find((channel) => channel.name === name);
        if (found) return toChannel(found);
        cursor = list.response_metadata?.next_cursor ?? '';
        if (cursor === '') return undefined;
      }
      return undefined;
    },
    async refusalOf(blocks) {
      try {
        await call('blocks.validate', { blocks });
        return undefined;
      } catch (error) {
        if (error instanceof SlackError && !error.retryable) return error.slackCode;
        throw error;
      }
    },
    clock: () => clock,
  };
}

/**
 * Undefined when Slack would let this app-level token open a connection, else the code by which it refuses. The
 * address that it answers with is not used: it lapses by itself.
 */
export async function refusalOfAppToken(options: {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly now: () => Date;
}): Promise<string | undefined> {
  const call = createSlackClient({ ...options, botToken: options.appToken });
  try {
    await call('apps.connections.open', {});
    return undefined;
  } catch (error) {
    if (error instanceof SlackError && (refusedTokenCodes.has(error.slackCode) || !error.retryable)) {
      return error.slackCode;
    }
    throw error;
  }
}

function toChannel(channel: z.infer<typeof Channel>): SlackChannel {
  const { id, name, is_archived: archived, is_member: isMember } = channel;
  return { id, name, archived, shared: hasShare(channel), isMember };
}

function orNoChannel(error: unknown): undefined {
  if (error instanceof SlackError && error.slackCode === 'channel_not_found') return undefined;
  throw error;
}

/** The page of this very app, else the list of all. */
async function installUrl(call: ReturnType<typeof createSlackClient>, botId: string | undefined): Promise<string> {
  const all = 'https://api.slack.com/apps';
  if (botId === undefined) return all;
  try {
    const { bot } = readReply(BotInfo, await call('bots.info', { bot: botId }), 'bots.info');
    return `${all}/${bot.app_id}/install-on-team`;
  } catch (error) {
    // It merely shortens the way; the scope it needs may be the one that is missing.
    if (error instanceof SlackError) return all;
    throw error;
  }
}
