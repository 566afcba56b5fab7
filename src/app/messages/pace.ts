import {
  type Bucket,
  fill,
  keptForUrgent,
  postRule,
  take,
  updateRule,
  updateSpacingMs,
  waitMs,
} from '../../domain/pacing.ts';
import type { OutboxRow } from '../store-ports.ts';

/** Says when a row may be sent, and learns what was sent. */
export interface Pace {
  /** Milliseconds until this row may go; 0: now. */
  waitMs(row: OutboxRow, now: Date): number;
  sent(row: OutboxRow, now: Date): void;
  /** Slack told us to wait: a method in a channel rests until then. */
  rest(row: OutboxRow, until: Date): void;
}

/**
 * Keeps the sender within Slack's limits. In memory: after a restart the limits start full, which at worst costs one
 * 429 that is honoured like any other.
 */
export function createPace(): Pace {
  const posts = new Map<string, Bucket>();
  const edits = new Map<string, Date>();
  const rests = new Map<string, Date>();
  let updates: Bucket | undefined;

  return {
    waitMs(row, now) {
      if (row.answer) return 0;
      const rest = (rests.get(restKey(row))?.getTime() ?? 0) - now.getTime();
      if (rest > 0) return rest;
      if (row.ts === undefined) return waitMs(fill(posts.get(row.channel), postRule, now), 1, postRule);
      const lastEdit = edits.get(row.id);
      const spacing = lastEdit ? updateSpacingMs - (now.getTime() - lastEdit.getTime()) : 0;
      const needed = row.lane === 'progress' ? 1 + keptForUrgent : 1;
      return Math.max(0, spacing, waitMs(fill(updates, updateRule, now), needed, updateRule));
    },
    sent(row, now) {
      if (row.answer) return;
      if (row.ts === undefined) posts.set(row.channel, take(fill(posts.get(row.channel), postRule, now)));
      else updates = take(fill(updates, updateRule, now));
      edits.set(row.id, now);
      // Only the spacing of the last seconds matters.
      for (const [id, at] of edits) if (now.getTime() - at.getTime() > updateSpacingMs) edits.delete(id);
    },
    rest(row, until) {
      rests.set(restKey(row), until);
    },
  };
}

/** Slack's limits hold per method; posting's is per channel. */
function restKey(row: OutboxRow): string {
  return row.ts === undefined ? `post/${row.channel}` : 'update';
}
