import { z } from 'zod';
import { maskContent } from '../app/messages/mask-content.ts';
import type { SlackContent, SlackGateway, SlackUser } from '../app/ports.ts';
import { createSlackClient, type OnSlackCall, readReply, timed } from './client.ts';
import { findPosted, METADATA_EVENT } from './find-posted.ts';
import { createPlaceReader } from './places.ts';
import { postToResponseUrl } from './respond.ts';
import { createGroupReader } from './user-groups.ts';
import { createViewCalls } from './views.ts';

const USER_KEPT_MS = 10 * 60_000;
const MAX_USERS_KEPT = 2_000;

export interface SlackGatewayOptions {
  readonly botToken: string;
  /** `SLACK_API_URL`. */
  readonly apiUrl: string;
  readonly now: () => Date;
  readonly onCall?: OnSlackCall | undefined;
  /** Takes out of a text what must not be shown: every message and form goes through it. */
  readonly maskSecrets: (text: string) => string;
  /** For one call; default 8 s. */
  readonly timeoutMs?: number | undefined;
}

const Posted = z.object({ ts: z.string() });
const Permalink = z.object({ permalink: z.string() });
const UserReply = z.object({
  user: z.object({
    id: z.string(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    tz: z.string().nullish(),
    deleted: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
  }),
});

/** The Web API calls that we make, each done once, with what every message of ours has in common. */
export function createSlackGateway(options: SlackGatewayOptions): SlackGateway {
  const call = createSlackClient(options);
  const shown = <T>(content: T): T => maskContent(content, options.maskSecrets);
  const users = new Map<string, { readonly user: SlackUser; readonly until: number }>();
  return {
    ...createViewCalls(call, shown),
    async post({ channel, threadTs, broadcast, outboxId, ...content }) {
      const reply = await call('chat.postMessage', {
        channel,
        ...contentArguments(shown(content)),
        metadata: { event_type: METADATA_EVENT, event_payload: { id: outboxId } },
        ...(threadTs === undefined ? {} : { thread_ts: threadTs, reply_broadcast: broadcast }),
      });
      return readReply(Posted, reply, 'chat.postMessage');
    },
    async update({ channel, ts, ...content }) {
      await call('chat.update', { channel, ts, ...contentArguments(shown(content)) });
    },
    async postEphemeral({ channel, user, threadTs, ...content }) {
      const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
      await call('chat.postEphemeral', { channel, user, ...thread, ...contentArguments(shown(content)) });
    },
    respond: (url, message) => timed(options, 'response_url', () => postToResponseUrl(url, shown(message), options)),
    findPosted: (query) => findPosted(call, query),
    async user(slackUserId) {
      const at = options.now().getTime();
      const kept = users.get(slackUserId);
      if (kept !== undefined && kept.until > at) return kept.user;
      const user = toUser(readReply(UserReply, await call('users.info', { user: slackUserId }), 'users.info'));
      if (users.size >= MAX_USERS_KEPT) users.clear();
      users.set(slackUserId, { user, until: at + USER_KEPT_MS });
      return user;
    },
    groupMembers: createGroupReader(call, options.now),
    ...createPlaceReader(call, options.now),
    async permalink(channel, ts) {
      const reply = await call('chat.getPermalink', { channel, message_ts: ts });
      return readReply(Permalink, reply, 'chat.getPermalink').permalink;
    },
  };
}

/** Without blocks the key is left out: an empty list would be refused as having no text. */
function contentArguments({ text, blocks }: SlackContent): Record<string, unknown> {
  return { text, ...(blocks.length === 0 ? {} : { blocks }), unfurl_links: false, unfurl_media: false };
}

function toUser({ user }: z.infer<typeof UserReply>): SlackUser {
  const { profile } = user;
  const names = [profile?.display_name, profile?.real_name, user.real_name, user.name];
  const marks = [user.deleted, user.is_bot, user.is_restricted, user.is_ultra_restricted, user.is_stranger];
  return {
    id: user.id,
    name: names.find((name) => name !== undefined && name !== '') ?? user.id,
    timezone: user.tz ?? 'Etc/UTC',
    restricted: marks.includes(true),
  };
}
