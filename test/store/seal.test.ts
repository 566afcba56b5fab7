import { describe, expect, it } from 'vitest';
import { createSeal } from '../../src/store/seal.ts';

const old = Buffer.alloc(32, 1).toString('base64');
const fresh = Buffer.alloc(32, 2).toString('base64');

describe('createSeal', () => {
  it('opens what it sealed, and shows nothing of it', () => {
    const seal = createSeal([old]);

    const sealed = seal.seal('secret-token', 'link/U0ANN');

    expect(seal.open(sealed, 'link/U0ANN')).toBe('secret-token');
    expect(Buffer.from(sealed.split('.').at(-1) ?? '', 'base64url').includes('secret')).toBe(false);
    expect(sealed).not.toContain('secret');
    expect(seal.seal('secret-token', 'link/U0ANN')).not.toBe(sealed);
  });

  it('opens nothing for another purpose, changed, cut, or without its key', () => {
    const seal = createSeal([old]);
    const sealed = seal.seal('secret-token', 'link/U0ANN');
    const [format, keyId, closed = ''] = sealed.split('.');
    const flipped = Buffer.from(closed, 'base64url');
    flipped[14] = (flipped[14] ?? 0) ^ 1;

    expect(seal.open(sealed, 'link/U0RAJ')).toBeUndefined();
    expect(seal.open(`${format}.${keyId}.${flipped.toString('base64url')}`, 'link/U0ANN')).toBeUndefined();
    expect(seal.open(sealed.slice(0, 30), 'link/U0ANN')).toBeUndefined();
    expect(seal.open('', 'link/U0ANN')).toBeUndefined();
    expect(createSeal([fresh]).open(sealed, 'link/U0ANN')).toBeUndefined();
  });

  it('seals with the first key and opens with all, so that keys can be rotated', () => {
    const sealed = createSeal([old]).seal('secret-token', 'x');
    const rotating = createSeal([fresh, old]);

    expect(rotating.open(sealed, 'x')).toBe('secret-token');
    expect(rotating.isCurrent(sealed)).toBe(false);
    const again = rotating.seal('secret-token', 'x');
    expect(rotating.isCurrent(again)).toBe(true);
    expect(createSeal([fresh]).open(again, 'x')).toBe('secret-token');
  });
});
