import { describe, expect, it } from 'vitest';
import { isSame } from '../../src/domain/same.ts';
import { at } from '../support/builders.ts';

describe('isSame', () => {
  it.each([
    ['numbers', 1, 1],
    ['dates of one moment', at(1), at(1)],
    ['an absent key and an undefined one', { a: 1 }, { a: 1, b: undefined }],
    ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['nested values', { a: [{ b: at(1) }, 'x'] }, { a: [{ b: at(1) }, 'x'] }],
    ['nothing', undefined, undefined],
  ])('sees that %s are the same', (_what, a, b) => {
    expect(isSame(a, b)).toBe(true);
    expect(isSame(b, a)).toBe(true);
  });

  it.each([
    ['other values', { a: 1 }, { a: 2 }],
    ['a key more', { a: 1 }, { a: 1, b: null }],
    ['other dates', at(1), at(2)],
    ['a date and its number', at(1), at(1).getTime()],
    ['other lengths', [1], [1, 2]],
    ['an order', [1, 2], [2, 1]],
    ['an array and an object', ['a'], { 0: 'a' }],
    ['null and an object', null, {}],
    ['null and undefined', null, undefined],
    ['text and a number', '1', 1],
  ])('tells %s apart', (_what, a, b) => {
    expect(isSame(a, b)).toBe(false);
    expect(isSame(b, a)).toBe(false);
  });
});
