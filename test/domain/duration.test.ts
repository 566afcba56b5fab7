import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/domain/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['1w', 604_800_000],
    ['1h30m', 5_400_000],
    [' 1w2d3h4m5s ', 788_645_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '15', 'm', '0s', '-5m', '1.5h', '30m1h', '2 h', '5min', '99999w', '9'.repeat(400)])(
    'refuses %s',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
