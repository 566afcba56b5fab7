import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mergeEnv } from '../../src/cli/init/env-file.ts';
import { InvariantError } from '../../src/domain/errors.ts';

describe('mergeEnv', () => {
  it('makes a file of its own values', () => {
    expect(mergeEnv('', { A: 'one', B: 'https://x.test/?a=1' })).toEqual({
      text: "A=one\nB='https://x.test/?a=1'\n",
      replaced: [],
    });
  });

  it('puts a value in the place of the old one, and names it', () => {
    expect(mergeEnv('# first\nA=1\nB=2', { A: '3' })).toEqual({ text: '# first\nA=3\nB=2\n', replaced: ['A'] });
  });

  it('leaves one line where several set the same', () => {
    expect(mergeEnv('A=1\nexport A=2\nB=2\n', { A: '3' }).text).toBe('A=3\nB=2\n');
  });

  it('changes nothing where all is said already', () => {
    const text = 'A = "1"\n\n# end';

    expect(mergeEnv(text, { A: '1' })).toEqual({ text, replaced: [] });
  });

  it('fills an empty value without calling that a replacement', () => {
    expect(mergeEnv('A=\n', { A: '1' })).toEqual({ text: 'A=1\n', replaced: [] });
  });

  it('writes what is read back as it was, or nothing', () => {
    for (const value of ["it's", 'a#b', 'a b', '$HOME', 'say "x"']) {
      expect(parseEnv(mergeEnv('', { A: value }).text)).toEqual({ A: value });
    }
    expect(() => mergeEnv('', { A: `'"\`` })).toThrow(InvariantError);
  });
});
