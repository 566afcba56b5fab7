import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import { readWords } from '../../src/app/arguments.ts';
import { UsageError } from '../../src/domain/errors.ts';

describe('commands', () => {
  it('have names of their own, written as Slack takes them', () => {
    const names = commands.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^\/[a-z][a-z-]{1,30}$/.test(name))).toEqual([]);
  });

  it('end with /chatops, which has all of them', () => {
    expect(commands.map(({ name }) => name)).toEqual([
      '/deploy',
      '/rollback',
      '/approve',
      '/reject',
      '/play',
      '/pipeline',
      '/lock',
      '/unlock',
      '/deployments',
      '/chatops',
    ]);
  });
});

describe.each(commands)('$name', (command) => {
  it('has a usage and examples that begin with its name', () => {
    const lines = [command.usage, ...command.examples];

    expect(lines.filter((line) => !line.startsWith(command.name))).toEqual([]);
    expect(command.examples.length).toBeGreaterThan(0);
    expect(command.description).not.toMatch(/\.$/);
  });

  it('has examples that it can read', () => {
    for (const example of command.examples) {
      expect(() => readWords(example.slice(command.name.length), command.flags)).not.toThrow();
    }
  });

  it('names every flag of its own in its usage, but those that only its buttons use', () => {
    const ofButtons = ['from', 'replaces', 'wait', 'lock', 'unlock'];
    const typed = command.flags.valueFlags.filter((flag) => !ofButtons.includes(flag));
    const named = command.name === '/chatops' ? [] : typed;

    expect(named.filter((flag) => !command.usage.includes(`--${flag}`))).toEqual([]);
  });

  it('refuses a flag it does not know', () => {
    expect(() => readWords('prod --sideways now', command.flags)).toThrow(UsageError);
  });
});
