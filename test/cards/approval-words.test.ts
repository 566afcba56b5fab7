import { describe, expect, it } from 'vitest';
import { toWake } from '../../src/cards/approval-words.ts';
import { plainText } from '../../src/domain/phrase.ts';

describe('toWake', () => {
  it('names Slack users first', () => {
    expect(plainText(toWake(['U0RAJ'], ['Olu Ade']))).toBe('To wake: @U0RAJ, Olu Ade.');
  });

  it('names five, and counts the others', () => {
    const others = Array.from({ length: 7 }, (_, n) => `Person ${n}`);

    expect(plainText(toWake([], others))).toBe('To wake: Person 0, Person 1, Person 2, Person 3, Person 4 and 2 more.');
  });
});
