import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/app/command.ts';
import { readMention } from '../../../src/app/input/read-mention.ts';

const aCommand = (name: Command['name']): Command => ({
  name,
  usage: name,
  description: '',
  examples: [],
  flags: { valueFlags: [] },
  run: async () => {
    throw new Error('not run here');
  },
});
const commands = (['/deploy', '/pipeline', '/chatops'] as const).map(aCommand);
const read = (text: string) => readMention(text, { commands, prefix: 'gl-' });

describe('readMention', () => {
  it.each([
    ['deploy prod v1.4.0', '/deploy', 'prod v1.4.0'],
    ['Deploy prod', '/deploy', 'prod'],
    ['/deploy prod', '/deploy', 'prod'],
    ['gl-deploy prod', '/deploy', 'prod'],
    ['logs', '/pipeline', 'logs'],
    ['log unit-tests', '/pipeline', 'logs unit-tests'],
    ['retry', '/pipeline', 'retry'],
    ['cancel', '/chatops', 'cancel'],
    ['help', '/chatops', 'help'],
  ])('reads "%s" as %s %s', (text, name, rest) => {
    expect(read(text)).toEqual({ kind: 'command', name, text: rest });
  });

  it.each([
    ['', undefined],
    ['frobnicate it', 'frobnicate'],
  ])('reads no command in "%s"', (text, unknown) => {
    expect(read(text)).toEqual({ kind: 'none', unknown });
  });

  it('knows no plain words of commands that are not there', () => {
    const deployOnly = commands.slice(0, 1);

    expect(readMention('logs', { commands: deployOnly, prefix: '' })).toEqual({ kind: 'none', unknown: 'logs' });
  });
});
