import { describe, expect, it } from 'vitest';
import { durationBetween, durationWords } from '../../src/cards/duration.ts';

describe('durationWords', () => {
  it.each([
    [0.4, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [750, '12 min 30 s'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
    [180_000, '2 d 2 h'],
    [-5, '0 s'],
  ])('%d seconds are %s', (seconds, expected) => {
    expect(durationWords(seconds)).toBe(expected);
  });
});

describe('durationBetween', () => {
  it('is not known while one end is not', () => {
    expect(durationBetween(new Date(0), undefined)).toBeUndefined();
    expect(durationBetween(new Date(0), new Date(90_000))).toBe('1 min 30 s');
  });
});
