import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucket, fill, postRule, take, updateRule, waitMs } from '../../src/domain/pacing.ts';
import { at } from '../support/builders.ts';

const rule = { capacity: 3, refillMs: 1_000 };

describe('fill', () => {
  it.each([
    ['starts full', undefined, 0, 3],
    ['gains one a second', { tokens: 0, at: at(0) }, 2, 2],
    ['gains in parts', { tokens: 0, at: at(0) }, 0.5, 0.5],
    ['never holds more than its capacity', { tokens: 2, at: at(0) }, 60, 3],
    ['loses nothing when the clock goes back', { tokens: 2, at: at(10) }, 0, 2],
  ] as const)('%s', (_what, bucket: Bucket | undefined, seconds, tokens) => {
    expect(fill(bucket, rule, at(seconds))).toEqual({ tokens, at: at(seconds) });
  });
});

describe('waitMs', () => {
  it.each([
    [3, 1, 0],
    [1, 1, 0],
    [0, 1, 1_000],
    [0.25, 1, 750],
    [-1, 1, 2_000],
    [1, 5, 4_000],
  ])('%d tokens where %i are needed: %i ms', (tokens, needed, expected) => {
    expect(waitMs({ tokens, at: at(0) }, needed, rule)).toBe(expected);
  });
});

describe('a bucket', () => {
  /** Slack allows about a message a second in a channel, with short bursts, and 50 edits a minute. */
  it.each([
    ['posts', postRule, 63],
    ['edits', updateRule, 50],
  ])('never lets more %s out in a minute than Slack takes', (_what, rule, limit) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 100, maxLength: 300 }), (pausesMs) => {
        const sentAt: number[] = [];
        let bucket: Bucket | undefined;
        let nowMs = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          bucket = fill(bucket, rule, at(nowMs / 1_000));
          nowMs += waitMs(bucket, 1, rule);
          bucket = take(fill(bucket, rule, at(nowMs / 1_000)));
          sentAt.push(nowMs);
        }

        const most = Math.max(...sentAt.map((from) => sentAt.filter((ms) => ms >= from && ms < from + 60_000).length));

        expect(most).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 50 },
    );
  });
});
