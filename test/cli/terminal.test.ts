import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTerminal } from '../../src/cli/init/ask.ts';
import { createProgress } from '../../src/cli/progress.ts';

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough();
  const asker = createTerminal(input, output);
  return { input, asker, shown: () => String(output.read() ?? '') };
}

describe('createTerminal', () => {
  it('asks and gives back what was typed', async () => {
    const { input, asker, shown } = terminal();

    const answer = asker.ask('Slack channel');
    input.write(' #deploys \r');

    expect(await answer).toBe('#deploys');
    expect(shown()).toContain('Slack channel: ');
    asker.close();
  });

  it('does not show a secret while it is typed, but the question', async () => {
    const { input, asker, shown } = terminal();

    const answer = asker.ask('Token', { secret: true });
    input.write('glpat-hidden\r');

    expect(await answer).toBe('glpat-hidden');
    const text = shown();
    expect(text).toContain('Token: ');
    expect(text).not.toContain('hidden');
    asker.close();
  });

  it.each([
    ['y', true],
    ['Yes', true],
    ['', false],
    ['no', false],
  ])('takes %j to a question as %s', async (typed, expected) => {
    const { input, asker } = terminal();

    const answer = asker.confirm('Go on?');
    input.write(`${typed}\r`);

    expect(await answer).toBe(expected);
    asker.close();
  });

  it.each([
    ['Ctrl+C', '\u0003'],
    ['Ctrl+D', '\u0004'],
  ])('ends with an error at %s, saying that nothing was written', async (_name, key) => {
    const { input, asker } = terminal();

    const answer = asker.ask('Token', { secret: true });
    input.write(key);

    await expect(answer).rejects.toThrow('Nothing was written');
  });
});

describe('createProgress', () => {
  it('shows what is done on a terminal, and wipes it for the next line', () => {
    const written: string[] = [];
    const { progress, print } = createProgress({ isTTY: true, write: (text) => written.push(text) });

    progress('project acme/app');
    print('  ok');

    expect(written).toEqual(['\r\u001b[K  … project acme/app', '\r\u001b[K  ok\n']);
  });

  it('writes plain lines to a file', () => {
    const written: string[] = [];
    const { progress, print } = createProgress({ write: (text) => written.push(text) });

    progress('project acme/app');
    print('  ok');

    expect(written).toEqual(['  ok\n']);
  });
});
