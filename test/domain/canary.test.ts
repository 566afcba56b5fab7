import { describe, expect, it } from 'vitest';
import {
  decideWatch,
  nextReadingAt,
  type QueryAnswer,
  type Reading,
  readingOf,
  readingsNeeded,
} from '../../src/domain/canary.ts';
import type { WatchRule } from '../../src/domain/check-rules.ts';

const rule: WatchRule = { query: 'ratio', above: 0.01, forMs: 45_000, everyMs: 15_000, minRequests: 20 };
const start = new Date('2026-11-20T10:00:00Z');
const value = (number: number): QueryAnswer => ({ kind: 'value', value: number });
const good: Reading = { at: start, value: 0 };
const few: Reading = { at: start, value: 0, gap: 'few_requests' };
const silent: Reading = { at: start, gap: 'no_data' };

describe('readingOf', () => {
  it.each<readonly [string, QueryAnswer, QueryAnswer | undefined, Partial<Reading>]>([
    ['a value', value(0.002), undefined, { value: 0.002 }],
    ['a value of enough requests', value(0.002), value(20), { value: 0.002, requests: 20 }],
    ['a value of too few requests', value(0.5), value(19), { value: 0.5, requests: 19, gap: 'few_requests' }],
    ['a value whose requests nobody counted', value(0.5), { kind: 'no_data' }, { requests: 0, gap: 'few_requests' }],
    ['no series', { kind: 'no_data' }, value(0), { requests: 0, gap: 'no_data' }],
    ['several series', { kind: 'several', series: 3 }, undefined, { gap: 'several_series', words: '3 series' }],
    ['a query that is none', { kind: 'bad_query', words: 'parse error' }, undefined, { gap: 'bad_query' }],
    ['Prometheus away', { kind: 'away', words: 'gone' }, value(50), { gap: 'away', words: 'gone' }],
    ['Prometheus away for the requests alone', value(0), { kind: 'away', words: 'gone' }, { gap: 'away' }],
  ])('makes a reading of %s', (_, answer, requests, expected) => {
    expect(readingOf(rule, { value: answer, requests }, start)).toMatchObject({ at: start, ...expected });
  });

  it('finds no gap where all is said', () => {
    expect(readingOf(rule, { value: value(0), requests: value(21) }, start).gap).toBeUndefined();
  });
});

describe('decideWatch', () => {
  it.each<readonly [string, readonly Reading[], ReturnType<typeof decideWatch>]>([
    ['nothing yet', [], undefined],
    ['good ones, not yet enough', [good, good], undefined],
    ['as many good ones as fit into the time', [good, good, good], 'passed'],
    ['a reading at the limit', [good, good, { at: start, value: 0.01 }], 'passed'],
    ['one above the limit', [good, { at: start, value: 0.011 }], 'breach'],
    ['one above it of too few requests', [good, { at: start, value: 1, gap: 'few_requests' }], undefined],
    ['a silence in between, which is made up for', [good, silent, silent, good, good], 'passed'],
    ['silence alone', [silent, silent, silent], 'no_data'],
    ['too much of it, by what it was at last', [silent, good, silent, { at: start, gap: 'away' }], 'away'],
    ['too few requests all the time', [few, few, few], 'few_requests'],
    ['several series, at once', [{ at: start, gap: 'several_series' }], 'several_series'],
    ['a query that cannot be read, at once', [{ at: start, gap: 'bad_query' }], 'bad_query'],
  ])('of %s', (_, readings, verdict) => {
    expect(decideWatch(rule, readings)).toBe(verdict);
  });

  it('takes what is below the limit for bad where that is asked', () => {
    const below: WatchRule = { ...rule, above: undefined, below: 0.99 };

    expect(decideWatch(below, [{ at: start, value: 0.98 }])).toBe('breach');
    expect(decideWatch(below, [{ at: start, value: 1 }])).toBeUndefined();
  });
});

describe('a watch', () => {
  it.each([
    [300_000, 15_000, 20],
    [10_000, 3_000, 4],
    [1_000, 5_000, 1],
  ])('of %s ms, every %s ms, needs %s good readings', (forMs, everyMs, needed) => {
    expect(readingsNeeded({ ...rule, forMs, everyMs })).toBe(needed);
  });

  it('reads again when its time has come', () => {
    expect(nextReadingAt(rule, [])).toBeUndefined();
    expect(nextReadingAt(rule, [good])).toEqual(new Date('2026-11-20T10:00:15Z'));
  });
});
