/**
 * How fast we may send, from Slack's documented limits: about one message a second per channel, `chat.update` 50 a
 * minute for the whole workspace. A bucket fills over time and each send takes one token.
 * @see https://docs.slack.dev/apis/web-api/rate-limits
 */
export interface Bucket {
  readonly tokens: number;
  readonly at: Date;
}

export interface BucketRule {
  readonly capacity: number;
  readonly refillMs: number;
}

/** One a second; a root and its first replies may go out together. */
export const postRule: BucketRule = { capacity: 3, refillMs: 1_000 };

/** 40 a minute, leaving room below Slack's 50 for edits of answers. */
export const updateRule: BucketRule = { capacity: 10, refillMs: 1_500 };

/** Edits of one message closer together than this help nobody. */
export const updateSpacingMs = 3_000;

/** Routine progress leaves this many edits to failures and final states. */
export const keptForUrgent = 4;

/** A bucket as full as it is now. */
export function fill(bucket: Bucket | undefined, rule: BucketRule, now: Date): Bucket {
  if (!bucket) return { tokens: rule.capacity, at: now };
  const gained = Math.max(0, now.getTime() - bucket.at.getTime()) / rule.refillMs;
  return { tokens: Math.min(rule.capacity, bucket.tokens + gained), at: now };
}

/** The bucket after one send. */
export function take(bucket: Bucket): Bucket {
  return { ...bucket, tokens: bucket.tokens - 1 };
}

/** How long until the bucket holds `needed` tokens; 0: it does. */
export function waitMs(bucket: Bucket, needed: number, rule: BucketRule): number {
  return bucket.tokens >= needed ? 0 : Math.ceil((needed - bucket.tokens) * rule.refillMs);
}
