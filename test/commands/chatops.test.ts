import { describe, expect, it } from 'vitest';
import { createChatops } from '../../commands/chatops.ts';
import type { Words } from '../../src/app/arguments.ts';
import type { Command } from '../../src/app/command.ts';
import { UsageError } from '../../src/domain/errors.ts';
import { aContext } from './context.ts';

function aCommand(name: `/${string}`, valueFlags: readonly string[], ran: Words[]): Command {
  return {
    name,
    usage: `${name} <what>`,
    description: 'Do it',
    examples: [`${name} it`],
    flags: { valueFlags },
    async run(words) {
      ran.push(words);
      return { kind: 'answer', about: {}, card: { text: name, blocks: [] } };
    },
  };
}

function chatops() {
  const ran: Words[] = [];
  const command = createChatops([aCommand('/deploy', ['job'], ran), aCommand('/lock', ['until'], ran)]);
  const run = (words: readonly string[], flags: Readonly<Record<string, string>> = {}, prefix = '') =>
    command.run({ words, flags }, aContext({ settings: { commandPrefix: prefix } }));
  return { command, run, ran };
}

async function refusal(work: Promise<unknown>): Promise<UsageError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UsageError) return error;
  throw new Error('was not refused');
}

describe('/chatops', () => {
  it.each([[[]], [['help']], [['HELP']]])('shows help for %o', async (words) => {
    const result = await chatops().run(words);

    expect(result.kind).toBe('answer');
    expect(JSON.stringify(result)).toContain('/deploy <what>');
    expect(JSON.stringify(result)).toContain('/chatops help');
  });

  it.each(['deploy', '/deploy', 'Deploy', 'gl-deploy'])('shows the help of one command for: help %s', async (word) => {
    const result = JSON.stringify(await chatops().run(['help', word], {}, 'gl-'));

    expect(result).toContain('/gl-deploy <what>');
    expect(result).not.toContain('/gl-chatops');
  });

  it('shows all where help is asked of what is no command', async () => {
    expect(JSON.stringify(await chatops().run(['help', 'nonsense']))).toContain('/chatops help');
  });

  it('shows every name as it is installed', async () => {
    const result = JSON.stringify(await chatops().run([], {}, 'gl-'));

    expect(result).toContain('/gl-deploy <what>');
    expect(result).not.toContain('"/deploy');
  });

  it('runs any other command with the words behind its name', async () => {
    const { run, ran } = chatops();

    await run(['Deploy', 'prod', 'v1'], { job: 'deploy-eu' });

    expect(ran).toEqual([{ words: ['prod', 'v1'], flags: { job: 'deploy-eu' } }]);
  });

  it('reads the flags of all, and refuses one that this command does not have', async () => {
    const { command, run, ran } = chatops();

    const { message, hint } = await refusal(run(['deploy', 'prod'], { until: 'noon' }));

    expect(command.flags.valueFlags).toEqual(['job', 'until']);
    expect(message).toBe('--until is not a flag of /deploy.');
    expect(hint).toBe('Type: /deploy <what>');
    expect(ran).toEqual([]);
  });

  it.each([
    ['deplyo', '', 'Type: /chatops deploy'],
    ['xyzzy', '', 'Type: /chatops help'],
    // Whoever shows the hint puts the prefix in, as in every other hint.
    ['lokc', 'gl-', 'Type: /chatops lock'],
  ])('refuses %s with the prefix "%s" and offers what was meant: %s', async (name, prefix, hint) => {
    expect((await refusal(chatops().run([name], {}, prefix))).hint).toBe(hint);
  });

  it('shows no more than the beginning of a long word', async () => {
    expect((await refusal(chatops().run(['x'.repeat(3_000)]))).message.length).toBeLessThan(100);
  });

  it('does not run itself', async () => {
    expect((await refusal(chatops().run(['chatops', 'help']))).message).toContain('do not know');
  });
});
