import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/gitlab/timestamp.ts';

describe('parseTimestamp', () => {
  it.each([
    ['2016-08-12 15:23:28 UTC', '2016-08-12T15:23:28.000Z'],
    ['2021-02-23T02:41:37.886Z', '2021-02-23T02:41:37.886Z'],
    ['2021-04-28 21:50:00 +0200', '2021-04-28T19:50:00.000Z'],
    ['2016-08-12T17:23:21+02:00', '2016-08-12T15:23:21.000Z'],
    ['2016-08-12 15:23:28', '2016-08-12T15:23:28.000Z'],
  ])('reads %s', (text, expected) => {
    expect(parseTimestamp(text)?.toISOString()).toBe(expected);
  });

  it.each([null, undefined, '', 'yesterday', '2016-99-99 15:23:28 UTC', '12'])('knows no time in %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});
