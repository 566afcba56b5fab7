import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/domain/nearest.ts';

describe('nearest', () => {
  const tags = ['v1.3.0', 'v1.4.0', 'v1.4.1', 'v2.0.0'];

  it('puts what contains the word first, then what is spelled alike', () => {
    expect(nearest('1.4', tags, 3).slice(0, 2)).toEqual(['v1.4.0', 'v1.4.1']);
    expect(nearest('v1.5.0', tags, 2)).toEqual(['v1.3.0', 'v1.4.0']);
  });

  it('keeps the order of equals and gives no more than asked for', () => {
    expect(nearest('x', ['b', 'a', 'c'], 2)).toEqual(['b', 'a']);
    expect(nearest('x', [], 2)).toEqual([]);
  });

  it('looks at case no more than people do', () => {
    expect(nearest('STAGING', ['production', 'staging'], 1)).toEqual(['staging']);
  });
});

describe('didYouMean', () => {
  it.each([
    ['deplyo', 'deploy'],
    ['stauts', 'status'],
    ['Deploy', 'deploy'],
    ['rollback-to', undefined],
    ['', undefined],
  ])('%s: %s', (word, expected) => {
    expect(didYouMean(word, ['deploy', 'status'])).toBe(expected);
  });

  it('has nothing to offer without candidates', () => {
    expect(didYouMean('deploy', [])).toBeUndefined();
  });
});
