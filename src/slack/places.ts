import { z } from 'zod';
import type { SlackGateway, SlackPlace } from '../app/ports.ts';
import { SlackError } from '../domain/errors.ts';
import { type createSlackClient, readReply } from './client.ts';

/** A channel that was just shared, or is not shared any more, is taken for what it was that long. */
const KEPT_MS = 60_000;
const MAX_PLACES_KEPT = 2_000;

/** With another company, another workspace of the same Enterprise organisation, or as soon as somebody accepts. */
export const Shares = {
  is_shared: z.boolean().optional(),
  is_ext_shared: z.boolean().optional(),
  is_org_shared: z.boolean().optional(),
  is_pending_ext_shared: z.boolean().optional(),
};

const PlaceReply = z.object({
  channel: z.object({
    id: z.string(),
    name: z.string().default(''),
    is_im: z.boolean().optional(),
    is_mpim: z.boolean().optional(),
    ...Shares,
    is_member: z.boolean().default(false),
  }),
});

/**
 * Looks at the places where people write.
 * @see https://docs.slack.dev/reference/methods/conversations.info
 */
export function createPlaceReader(
  call: ReturnType<typeof createSlackClient>,
  now: () => Date,
): Pick<SlackGateway, 'place' | 'isShared'> {
  const kept = new Map<string, { readonly shared: boolean; readonly until: number }>();
  // Whether the bot is a member is never kept: people invite it and type their line again at once.
  const place: SlackGateway['place'] = async (channel) => {
    const reply = await call('conversations.info', { channel }).catch((error: unknown) => {
      if (error instanceof SlackError && error.slackCode === 'channel_not_found') return undefined;
      throw error;
    });
    return reply === undefined ? undefined : toPlace(readReply(PlaceReply, reply, 'conversations.info'));
  };
  return {
    place,
    async isShared(channel) {
      // No scope of ours lets us look into direct messages, and those to the bot have nobody else in them.
      if (channel.startsWith('D')) return false;
      const at = now().getTime();
      const known = kept.get(channel);
      if (known !== undefined && known.until > at) return known.shared;
      const found = await place(channel).catch((error: unknown) => {
        if (error instanceof SlackError && error.slackCode === 'missing_scope') return undefined;
        throw error;
      });
      const shared = found?.shared ?? false;
      if (kept.size >= MAX_PLACES_KEPT) kept.clear();
      kept.set(channel, { shared, until: at + KEPT_MS });
      return shared;
    },
  };
}

function toPlace({ channel }: z.infer<typeof PlaceReply>): SlackPlace {
  const { id, name, is_member: isMember } = channel;
  const isDirect = channel.is_im === true || channel.is_mpim === true;
  return { id, name, kind: isDirect ? 'direct' : 'channel', shared: hasShare(channel), isMember };
}

/** Whether others than the people of our workspace read there, or soon will. */
export function hasShare(channel: { readonly [Key in keyof typeof Shares]?: boolean | undefined }): boolean {
  const shares = [channel.is_shared, channel.is_ext_shared, channel.is_org_shared, channel.is_pending_ext_shared];
  return shares.includes(true);
}
