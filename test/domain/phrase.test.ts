import { describe, expect, it } from 'vitest';
import { bold, code, join, link, plainText, say, time, user } from '../../src/domain/phrase.ts';
import { at } from '../support/builders.ts';

describe('say', () => {
  it('keeps what is inserted apart from the words around it', () => {
    expect(say`${bold('v1')} went to ${'<!channel>'}.`).toEqual([bold('v1'), ' went to ', '<!channel>', '.']);
  });

  it('takes numbers and whole phrases', () => {
    expect(say`${2} of ${say`${code('a')}, b`}`).toEqual(['2', ' of ', code('a'), ', b']);
  });

  it('is empty for nothing', () => {
    expect(say``).toEqual([]);
  });
});

describe('join', () => {
  it('puts the separator between', () => {
    expect(join([code('a'), say`b`, 'c'], ', ')).toEqual([code('a'), ', ', 'b', ', ', 'c']);
  });

  it('is empty for nothing', () => {
    expect(join([], ', ')).toEqual([]);
  });
});

describe('plainText', () => {
  it('reads as people read it without markup', () => {
    const phrase = say`${bold('v1')} by ${user('U0ANN')} at ${time(at(0))}: ${link('job', 'https://x')} ${code('*a*')}`;

    expect(plainText(phrase)).toBe('v1 by @U0ANN at 2026-11-23 10:00 UTC: job *a*');
  });
});
