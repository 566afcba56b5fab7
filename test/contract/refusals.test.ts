import { describe, expect, it } from 'vitest';
import { filesIn, read } from './repository.ts';

/** One refusal as it stands in the sources. */
interface Written {
  readonly file: string;
  readonly line: number;
  /** Its own keys, by name: what stands behind each, or the name itself where that is all. */
  readonly keys: ReadonlyMap<string, string>;
}

const sources = ['src/app', 'src/cards', 'commands'].flatMap(filesIn);
const refusals = sources.flatMap((file) => refusalsIn(file, read(file)));

/** Every object that says what was not done and bears a code; faults have a hint instead, and are another shape. */
function refusalsIn(file: string, text: string): readonly Written[] {
  const found: Written[] = [];
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') open.push(at);
    if (text[at] !== '}') continue;
    const from = open.pop() ?? at;
    const keys = keysOf(text.slice(from + 1, at));
    if (!keys.has('code') || !keys.has('notDone') || keys.has('hint')) continue;
    found.push({ file, line: text.slice(0, from).split('\n').length, keys });
  }
  return found;
}

/** The keys of an object literal; what is nested deeper belongs to its key. */
function keysOf(inside: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  let depth = 0;
  let part = '';
  for (const char of `${inside},`) {
    if ('{[('.includes(char)) depth += 1;
    if ('}])'.includes(char)) depth -= 1;
    if (char !== ',' || depth > 0) {
      part += char;
      continue;
    }
    const [, spread, name, value] = /^\s*(?:\/\/[^\n]*\n\s*)*(\.\.\.)?(\w+)(?:\s*:\s*([\s\S]*))?/.exec(part) ?? [];
    if (name !== undefined) keys.set(spread === undefined ? name : `...${name}`, (value ?? name).trim());
    part = '';
  }
  return keys;
}

/** What stands in a plain template; undefined where it is put together somewhere else. */
function sentence(value: string | undefined): string | undefined {
  return /^say`((?:[^`\\]|\\.)*)`$/su.exec(value ?? '')?.[1];
}

describe('every refusal in the sources', () => {
  it('is found', () => {
    expect(refusals.length).toBeGreaterThan(60);
  });

  it.each(refusals.map((refusal) => [`${refusal.file}:${refusal.line}`, refusal] as const))(
    '%s says what did not happen, the fact, and one thing to do',
    (_place, { keys }) => {
      const isExplained = [...keys.keys()].some((key) => key.startsWith('...'));
      const told = sentence(keys.get('notDone'));
      const fact = sentence(keys.get('fact'));

      expect(isExplained || (keys.has('fact') && keys.has('todo'))).toBe(true);
      expect(told ?? 'said elsewhere.').toMatch(/(\.|\})$/);
      expect(fact ?? 'said elsewhere.').toMatch(/([.?]|\})$/);
      expect(keys.get('todo')).not.toBe('[]');
      expect(keys.get('code')?.match(/'[^']*'/g) ?? []).toEqual(keys.get('code')?.match(/'[a-z_]+'/g) ?? []);
    },
  );

  it('has a code that a test of what leads to it names', () => {
    const tests = filesIn('test')
      .filter((file) => !file.startsWith('test/contract/'))
      .map(read)
      .join('\n');
    const codes = refusals.flatMap(({ keys }) => [...(keys.get('code') ?? '').matchAll(/'([a-z_]+)'/g)]);

    const unnamed = codes.flatMap(([, code = '']) => (new RegExp(`\\b${code}\\b`).test(tests) ? [] : [code]));

    expect(unnamed).toEqual([]);
  });

  it.each(sources)('%s ends what was not done with a period', (file) => {
    const ends = [...read(file).matchAll(/\bnotDone(?::| =) say`((?:[^`\\]|\\.)*)`/gsu)].map(([, text = '']) => text);

    expect(ends.filter((text) => !/(\.|\})$/.test(text))).toEqual([]);
  });
});
