import { describe, expect, it } from 'vitest';
import { filesIn, read } from './repository.ts';

/** The level that each way to make a finding gives it. */
const levels = { ok: 'ok', warning: 'warning', problem: 'problem', failed: 'problem', skipped: 'warning' } as const;

const calls = /(?<![\w.])(ok|warning|problem|failed|skipped)\(\s*(?:'(\w+)'|(\w+))/g;

/** Codes that a function is handed, by the file and the name that it gives them. */
const handed: Readonly<Record<string, readonly string[]>> = {
  'store.ts queue': ['inbox', 'outbox'],
  'clock.ts code': ['clock_gitlab', 'clock_slack'],
  'outside.ts code': ['grafana', 'mail'],
};

/** Every `level code` that a file of `doctor` can find. */
function findingsIn(file: string): readonly string[] {
  const name = file.split('/').at(-1) ?? '';
  return read(file)
    .split(/^(?=(?:export )?(?:async )?function)/m)
    .flatMap((part) => {
      const [, own] = /\bcode = '(\w+)'/.exec(part) ?? [];
      return [...part.matchAll(calls)].flatMap(([, made = 'ok', literal, variable = '']) => {
        const level = levels[made as keyof typeof levels];
        const codes = literal ?? own ?? handed[`${name} ${variable}`] ?? [`${name}: ${variable} is no code`];
        return [codes].flat().map((code) => `${level} ${code}`);
      });
    });
}

const sources = filesIn('src/cli/doctor').filter((file) => !/\/(finding|sample-[\w-]+)\.ts$/.test(file));
const tests = filesIn('test/cli')
  .filter((file) => /\/doctor[\w-]*\.test\.ts$/.test(file))
  .flatMap((file) => read(file).split(/^(?= +it(?:\.each\S*)?\()/m));

describe('chatops doctor', () => {
  it('makes no finding that no test provokes, naming its code and level', () => {
    const made = new Set(sources.flatMap(findingsIn));

    const unseen = [...made].filter((finding) => {
      const [level, code] = finding.split(' ');
      return !tests.some((test) => test.includes(`'${code}'`) && test.includes(`'${level}'`));
    });

    expect(made.size).toBeGreaterThan(50);
    expect(unseen).toEqual([]);
  });
});
