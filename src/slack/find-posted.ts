import { z } from 'zod';
import { SlackError } from '../domain/errors.ts';
import { type CallSlack, readReply } from './client.ts';

/** The event type of the metadata that every message of ours carries. */
export const METADATA_EVENT = 'chatops_message';

/** Slack stamps messages by its own clock: ours may be this far ahead. */
const CLOCK_SKEW_MS = 30_000;
const PAGE_SIZE = 200;
const MAX_PAGES = 5;

const Page = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
        .optional()
        .catch(undefined),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/**
 * Looks for a message by the outbox id in its metadata, at or after `since`, in a thread or in the channel.
 * After a thousand newer messages it gives up: a message shown twice is better than one never shown.
 * @see https://docs.slack.dev/reference/methods/conversations.replies
 */
export async function findPosted(
  call: CallSlack,
  query: {
    readonly channel: string;
    readonly threadTs: string | undefined;
    readonly outboxId: string;
    readonly since: Date;
  },
): Promise<string | undefined> {
  const method = query.threadTs === undefined ? 'conversations.history' : 'conversations.replies';
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const found = await readPage(call, method, {
      channel: query.channel,
      ...(query.threadTs === undefined ? {} : { ts: query.threadTs }),
      oldest: ((query.since.getTime() - CLOCK_SKEW_MS) / 1000).toFixed(6),
      inclusive: true,
      include_all_metadata: true,
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (found === undefined) return undefined;
    const ours = found.messages.find(
      ({ metadata }) => metadata?.event_type === METADATA_EVENT && metadata.event_payload['id'] === query.outboxId,
    );
    if (ours !== undefined) return ours.ts;
    cursor = found.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') return undefined;
  }
  return undefined;
}

/** Undefined when the thread itself is gone: then no reply of ours is in it. */
async function readPage(
  call: CallSlack,
  method: string,
  args: Readonly<Record<string, unknown>>,
): Promise<z.infer<typeof Page> | undefined> {
  try {
    return readReply(Page, await call(method, args), method);
  } catch (error) {
    if (error instanceof SlackError && error.slackCode === 'thread_not_found') return undefined;
    throw error;
  }
}
