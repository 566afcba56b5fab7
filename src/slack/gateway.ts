import { z } from 'zod';
import { maskContent } from '../app/messages/mask-content.ts';
import type { SlackContent, SlackGateway } from '../app/ports.ts';
import { createSlackClient, type OnSlackCall, readReply, timed } from './client.ts';
import { findPosted, METADATA_EVENT } from './find-posted.ts';
import { createPeopleReads } from './people.ts';
import { createPlaceReader } from './places.ts';
import { postToResponseUrl } from './respond.ts';
import { createGroupReader } from './user-groups.ts';
import { createViewCalls } from './views.ts';

export interface SlackGatewayOptions {
  readonly botToken: string;
  /** `SLACK_API_URL`. */
  readonly apiUrl: string;
  readonly now: () => Date;
  /** Our workspace, undefined until Slack has told: only its people's addresses count. Left out: nobody's do. */
  readonly teamId?: (() => string | undefined) | undefined;
  readonly onCall?: OnSlackCall | undefined;
  /** Takes out of a text what must not be shown: every message and form goes through it. */
  readonly maskSecrets: (text: string) => string;
  /** For one call; default 8 s. */
  readonly timeoutMs?: number | undefined;
}

const Posted = z.object({ ts: z.string() });
const Permalink = z.object({ permalink: z.string() });

/** The Web API calls that we make, each done once, with what every message of ours has in common. */
export function createSlackGateway(options: SlackGatewayOptions): SlackGateway {
  const call = createSlackClient(options);
  const shown = <T>(content: T): T => maskContent(content, options.maskSecrets);
  return {
    ...createViewCalls(call, shown),
    ...createPeopleReads(call, options),
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
