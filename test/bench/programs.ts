import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import manifest from '../../package.json' with { type: 'json' };
import { type Flow, type FlowOptions, startFlow } from '../support/flow.ts';

const root = path.join(import.meta.dirname, '../..');

/** A server that runs as a process of its own, so that it and the load share no event loop. */
export interface Running {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the first good answer. */
  readonly readyAfterMs: number;
  stop(): Promise<void>;
}

/** The bot as `npm start` runs it, between stand-ins that run here. */
export interface BotBench {
  readonly flow: Flow;
  readonly bot: Running;
  readonly storePath: string;
  stop(): Promise<void>;
}

export async function startBotBench(options: FlowOptions = {}): Promise<BotBench> {
  const flow = await startFlow(options);
  await flow.stopBot();
  const bot = await startBot(flow.env);
  flow.listensAt(bot.url);
  return {
    flow,
    bot,
    storePath: (flow.env['DATABASE_URL'] ?? '').replace(/^sqlite:/, ''),
    async stop() {
      await bot.stop();
      await flow.stop();
    },
  };
}

/** What `npm start` runs, with these settings, ready. What it logs is written, and thrown away. */
export async function startBot(env: Readonly<Record<string, string>>): Promise<Running> {
  const port = await freePort();
  const settings = { ...env, PORT: String(port), LOG_LEVEL: 'info' };
  const [, ...args] = manifest.scripts.start.split(' ');
  return start({ port, args, env: settings, probe: '/readyz' });
}

/** `node test/bench/floor.ts`, ready. */
export async function startFloor(file: string): Promise<Running> {
  const port = await freePort();
  const floor = path.join(import.meta.dirname, 'floor.ts');
  return start({ port, args: [floor, String(port), file], env: {}, probe: undefined });
}

async function start(about: {
  readonly port: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: ready when it takes connections. */
  readonly probe: string | undefined;
}): Promise<Running> {
  const url = `http://127.0.0.1:${about.port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...about.args], {
    cwd: root,
    env: about.env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const answers = async (): Promise<boolean> => {
    const init = about.probe === undefined ? { method: 'POST', body: '{}' } : {};
    const answer = await fetch(`${url}${about.probe ?? '/'}`, init).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.status === 200;
  };
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error(`${about.args[0]} ended with ${child.exitCode}`);
    if (performance.now() - startedAt > 15_000) throw new Error(`${about.args[0]} does not get ready`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { url, pid: child.pid ?? 0, readyAfterMs: performance.now() - startedAt, stop: () => kill(child) };
}

/** What it had still to do is no part of what is measured. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** How many rows from there are in the bot's inbox, counted from outside. */
export function countInbox(storePath: string, source: 'gitlab' | 'slack'): number {
  const database = new DatabaseSync(storePath, { readOnly: true });
  try {
    return Number(database.prepare('select count(*) as n from inbox where source = ?').get(source)?.['n']);
  } finally {
    database.close();
  }
}
