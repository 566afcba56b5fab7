import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../../domain/errors.ts';

/** A person at the terminal. */
export interface Asker {
  /** Resolves to what was typed, trimmed. A secret is not shown while it is typed. */
  ask(question: string, options?: { readonly secret?: boolean }): Promise<string>;
  confirm(question: string): Promise<boolean>;
  close(): void;
}

/** Asks on this terminal. Ctrl+C or the end of the input ends the questions with a `UsageError`. */
export function createTerminal(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Asker {
  let isMuted = false;
  // Readline echoes what is typed; for a secret it must not reach the screen, nor what records it.
  const echo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isMuted) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: echo, terminal: true });
  const ended = new Promise<never>((_resolve, reject) => {
    const end = () =>
      reject(new UsageError('Nothing was written.', { hint: 'Start `chatops init` again when ready.' }));
    lines.once('close', end);
    lines.once('SIGINT', end);
  });
  // Closing at the end of everything is no failure that anybody waits for.
  ended.catch(() => undefined);

  const ask: Asker['ask'] = async (question, { secret = false } = {}) => {
    const answer = lines.question(`${question}: `);
    isMuted = secret;
    try {
      return (await Promise.race([answer, ended])).trim();
    } finally {
      isMuted = false;
      if (secret) output.write('\n');
    }
  };
  return {
    ask,
    confirm: async (question) => /^y(es)?$/i.test(await ask(`${question} [y/N]`)),
    close: () => lines.close(),
  };
}
