import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceSide } from '../../sandbox/page/service-side.ts';
import type { Program } from '../../wire.ts';

/** The bot of the demo, which can be away for a while as over a restart: its store outlives it. */
export interface DemoBot {
  readonly start: () => Promise<void>;
  /** Stops it for good and removes its store. */
  readonly stop: () => Promise<void>;
  readonly control: ServiceSide['switches'][number];
}

/** Makes the bot's home, a folder of its own. `boot` makes the program over the `DATABASE_URL` that it is given. */
export async function createDemoBot(boot: (databaseUrl: string) => Program): Promise<DemoBot> {
  const home = await mkdtemp(path.join(tmpdir(), 'chatops-demo-'));
  let program: Program | undefined;
  const start = async (): Promise<void> => {
    if (program !== undefined) return;
    program = boot(`sqlite:${path.join(home, 'chatops.db')}`);
    await program.start();
  };
  const leave = async (): Promise<void> => {
    await program?.stop();
    program = undefined;
  };
  // One after the other, however quickly it is switched.
  let last = Promise.resolve();
  const next = (turn: () => Promise<void>): Promise<void> => {
    const done = last.then(turn);
    // Whoever switched is told why it failed; the next one has a turn all the same.
    last = done.catch(() => undefined);
    return done;
  };
  return {
    start: () => next(start),
    async stop() {
      await next(leave);
      await rm(home, { recursive: true, force: true });
    },
    control: {
      name: 'bot',
      label: 'bot',
      modes: ['up', 'away'],
      set: (mode) => next(mode === 'up' ? start : leave),
    },
  };
}
