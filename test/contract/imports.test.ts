import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, read, tableUnder } from './repository.ts';

/** Room -> what it may import, from the table in src/README.md. `config?`: its types only; `*`: anything. */
const rooms = new Map(
  tableUnder(read('src/README.md'), 'What may import what').flatMap((row) => {
    const [, names = '', allowed = ''] = row.split('|');
    const targets = [...allowed.matchAll(/`(\w+)`( types)?/g)].map(([, room = '', types]) => room + (types ? '?' : ''));
    return [...names.matchAll(/`([\w.]+)`/g)].map(
      ([, name = '']) => [name, allowed.trim() === 'anything' ? ['*'] : targets] as const,
    );
  }),
);

/** Packages that one room alone may import. */
const fences: readonly (readonly [RegExp, string])[] = [
  [/^@gitbeaker\//, 'gitlab'],
  [/^@slack\/(bolt|web-api|socket-mode|oauth)$/, 'slack'],
  [/^(kysely(\/.*)?|pg|node:sqlite)$/, 'store'],
  [/^pino$/, 'log'],
  [/^croner$/, 'config'],
  [/^ws$/, 'sandbox'],
  [/^nodemailer$/, 'monitoring'],
  [/^standardwebhooks$/, 'gitlab'],
  [/^oauth4webapi$/, 'gitlab'],
];

/** Words that one place alone may say. `cli` and `sandbox` live in real time; tests may do as they like. */
const words: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bprocess\.env\b/, ['src/config/load.ts']],
  [/\bDate\.now\(|\bnew Date\(\)|\brandomUUID\b|\bMath\.random\b/, ['src/wire.ts', 'src/cli/', 'src/sandbox/']],
];

const files = [...filesIn('src'), ...filesIn('commands')].filter((file) => /\.tsx?$/.test(file));

interface Import {
  readonly file: string;
  readonly typeOnly: boolean;
  readonly target: string;
}

const importPattern = /\b(import|export)(\s+type)?\b(?:[^;'"`]*?\bfrom\s*|\s*\(?\s*)'([^']+)'/g;

function importsOf(file: string): readonly Import[] {
  const text = read(file).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...text.matchAll(importPattern)].map(([, , type, target = '']) => ({
    file,
    typeOnly: Boolean(type),
    target,
  }));
}

function roomOf(file: string): string {
  const [top = '', room = ''] = file.split('/');
  return top === 'src' ? room : top;
}

function mayImport({ file, target, typeOnly }: Import): boolean {
  const from = roomOf(file);
  const fence = fences.find(([name]) => name.test(target));
  if (fence) return fence[1] === from;
  if (!target.startsWith('.'))
    return from !== 'domain' && (from !== 'cards' || (target === '@slack/types' && typeOnly));
  const to = roomOf(path.posix.join(path.posix.dirname(file), target));
  const allowed = rooms.get(from) ?? [];
  return (
    to === from ||
    allowed.includes(to) ||
    (typeOnly && allowed.includes(`${to}?`)) ||
    (allowed.includes('*') && to !== 'test')
  );
}

describe('imports', () => {
  const imports = files.flatMap(importsOf);

  it('are found', () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set(rooms.keys()));
    expect(imports.length).toBeGreaterThan(files.length);
  });

  it('go in the direction of the table', () => {
    expect(imports.filter((found) => !mayImport(found)).map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('would be caught when they do not', () => {
    const wrong = [
      ['src/domain/plan.ts', 'zod'],
      ['src/domain/plan.ts', '../app/ports.ts'],
      ['src/slack/app.ts', '../gitlab/client.ts'],
      ['src/app/ports.ts', 'kysely'],
      ['src/http/server.ts', '../config/load.ts'],
      ['src/cards/card.ts', '@slack/types'],
      ['src/wire.ts', '../test/support/clock.ts'],
    ] as const;

    expect(wrong.filter(([file, target]) => mayImport({ file, target, typeOnly: false }))).toEqual([]);
  });

  it.each(words)('%s is said in its own place only', (word, places) => {
    const elsewhere = files.filter((file) => !places.some((place) => file.startsWith(place)));

    expect(elsewhere.filter((file) => word.test(read(file)))).toEqual([]);
  });
});
