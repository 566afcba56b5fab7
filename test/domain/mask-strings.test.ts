import { describe, expect, it } from 'vitest';
import { maskStrings } from '../../src/domain/mask-strings.ts';

const mask = (text: string): string => text.replaceAll('s3cr3t', '[secret]');

describe('maskStrings', () => {
  it('masks texts however deep they are, and changes nothing else', () => {
    const value = { a: 'is s3cr3t', list: ['s3cr3t', 1, true, null, { b: 's3cr3t', none: undefined }], s3cr3t: 'key' };

    expect(maskStrings(value, mask)).toEqual({
      a: 'is [secret]',
      list: ['[secret]', 1, true, null, { b: '[secret]', none: undefined }],
      s3cr3t: 'key',
    });
    expect(value.a).toBe('is s3cr3t');
  });

  it('leaves alone what stands under a kept key, and all in it', () => {
    const value = { url: 's3cr3t', inner: { url: ['s3cr3t'], text: 's3cr3t' } };

    expect(maskStrings(value, mask, new Set(['url']))).toEqual({
      url: 's3cr3t',
      inner: { url: ['s3cr3t'], text: '[secret]' },
    });
  });
});
