import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Flow } from './flow.ts';
import { until } from './until.ts';

const root = path.join(import.meta.dirname, '../..');

// A test that fails half-way leaves its bot behind.
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The bot as a process of its own, so that it can be killed in the middle of anything. */
export interface BotProcess {
  /** SIGKILL: it gets to do nothing any more. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, as an orchestrator does. Resolves with the exit code. */
  terminate(): Promise<number | null>;
  /** How it ended, by itself or by a signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly pid: number | undefined;
  /** What it wrote to its output and error streams so far. */
  output(): string;
}

export interface BotProcessOptions {
  /** Another program than `src/main.ts`, with its arguments. */
  readonly entry?: readonly string[];
  /** Settings besides those of the flow. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `src/main.ts` with the settings and the store of a flow whose own bot was stopped before. */
export async function startBotProcess(flow: Flow, options: BotProcessOptions = {}): Promise<BotProcess> {
  const bot = spawnBotProcess(flow, options);
  let exit: string | undefined;
  const noteEnd = async (): Promise<void> => {
    const { code, signal } = await bot.ended;
    exit = `ended with ${code ?? signal}`;
  };
  void noteEnd();
  const port = await until(
    () => `a bot that is ready: ${bot.output()}`,
    () => {
      if (exit !== undefined) throw new Error(`the bot ${exit} before it was ready: ${bot.output()}`);
      return /"port":(\d+).*"msg":"ready"/.exec(bot.output())?.[1];
    },
  );
  flow.listensAt(`http://127.0.0.1:${port}`);
  return bot;
}

/** The same without waiting until it is ready, for one that may never be. */
export function spawnBotProcess(flow: Flow, options: BotProcessOptions = {}): BotProcess {
  const child = spawn(process.execPath, [...(options.entry ?? ['src/main.ts'])], {
    cwd: root,
    env: { ...flow.env, LOG_LEVEL: 'info', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
    });
  }
  running.add(child);
  child.once('exit', () => running.delete(child));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  return {
    async kill() {
      await end(child, 'SIGKILL');
    },
    terminate: () => end(child, 'SIGTERM'),
    ended,
    pid: child.pid,
    output: () => output,
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
