/** Posting: a message a second and channel, after a burst of this many. Slack does not say how many; this is cautious. */
const POST_BURST = 4;

const TIER_2 = 20;
const TIER_3 = 50;
const TIER_4 = 100;

/**
 * Calls a minute, per method and workspace. Slack promises these and may allow more; the stand-in never does.
 * @see https://docs.slack.dev/apis/web-api/rate-limits
 */
const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.update': TIER_3,
  'chat.delete': TIER_3,
  'chat.postEphemeral': TIER_4,
  'conversations.history': TIER_3,
  'conversations.replies': TIER_3,
  'conversations.info': TIER_3,
  'conversations.list': TIER_2,
  'conversations.open': TIER_3,
  'bots.info': TIER_3,
  'apps.connections.open': TIER_3,
  'users.info': TIER_4,
  'users.list': TIER_2,
  'users.lookupByEmail': TIER_3,
  'usergroups.list': TIER_2,
  'usergroups.users.list': TIER_2,
  'views.open': TIER_4,
  'views.push': TIER_4,
  'views.update': TIER_4,
  'views.publish': TIER_4,
};

export interface RateLimits {
  /** Seconds to wait when this call is one too many, else undefined; the call is counted. */
  take(method: string, channel: string, now: Date): number | undefined;
}

/** Counts calls by the clock it is handed, so that a test can move it. */
export function createRateLimits(): RateLimits {
  const calls = new Map<string, number[]>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  const blockedUntil = new Map<string, number>();

  function refuse(method: string, now: number, waitMs: number): number {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    // A 429 holds for the whole method in that workspace, not only for the channel that caused it.
    blockedUntil.set(method, now + seconds * 1000);
    return seconds;
  }

  function takePost(channel: string, now: number): number | undefined {
    const bucket = buckets.get(channel) ?? { tokens: POST_BURST, at: now };
    const tokens = Math.min(POST_BURST, bucket.tokens + (now - bucket.at) / 1000);
    if (tokens < 1) return refuse('chat.postMessage', now, (1 - tokens) * 1000);
    buckets.set(channel, { tokens: tokens - 1, at: now });
    return undefined;
  }

  return {
    take(method, channel, at) {
      const now = at.getTime();
      const until = blockedUntil.get(method) ?? 0;
      if (now < until) return Math.max(1, Math.ceil((until - now) / 1000));
      if (method === 'chat.postMessage') return takePost(channel, now);
      const limit = PER_MINUTE[method];
      if (limit === undefined) return undefined;
      const recent = (calls.get(method) ?? []).filter((time) => time > now - 60_000);
      calls.set(method, recent);
      const oldest = recent[0];
      if (oldest !== undefined && recent.length >= limit) return refuse(method, now, oldest + 60_000 - now);
      recent.push(now);
      return undefined;
    },
  };
}
