import { describe, expect, it } from 'vitest';
import { clip, isLinkable, literal } from '../../src/cards/literal.ts';

describe('literal', () => {
  it('keeps one line, and shows that a mark was taken out', () => {
    expect(literal('a\r\nb\u202ec', 20)).toBe('a b\ufffdc');
  });
});

describe('clip', () => {
  it('never cuts a character in half', () => {
    expect(clip('ab🚀cd', 4)).toBe('ab…');
    expect(clip('ab🚀cd', 5)).toBe('ab🚀…');
    expect(clip('abc', 3)).toBe('abc');
  });
});

describe('isLinkable', () => {
  it.each([
    ['https://example.com/a', true],
    ['http://gitlab.local', true],
    ['message://C1%2Fpipeline%3A9', true],
    ['message://C1/../x y', false],
    ['javascript:alert(1)', false],
    ['/relative', false],
    [`https://example.com/${'a'.repeat(3000)}`, false],
  ])('%s: %s', (url, expected) => {
    expect(isLinkable(url)).toBe(expected);
  });
});
