import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceSide } from '../../sandbox/page/service-side.ts';
import { damageLocks } from '../../store/damage-locks.ts';
import type { Program } from '../../wire.ts';

/** The bot of the demo, which can be away for a while as over a restart: its store outlives it. */
export interface DemoBot {
  readonly start: () => Promise<void>;
  /** Stops it for good and removes its store. */
  readonly stop: () => Promise<void>;
  readonly controls: ServiceSide['switches'];
}

/** Makes the bot's home, a folder of its own. `boot` makes the program over the `DATABASE_URL` that it is given. */
export async function createDemoBot(boot: (databaseUrl: string) => Program): Promise<DemoBot> {
  const home = await mkdtemp(path.join(tmpdir(), 'chatops-demo-'));
  const database = path.join(home, 'chatops.db');
  let program: Program | undefined;
  const start = async (): Promise<void> => {
    if (program !== undefined) return;
    program = boot(`sqlite:${database}`);
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
    controls: [
      {
        name: 'bot',
        label: 'bot',
        modes: ['up', 'away'],
        set: (mode) => next(mode === 'up' ? start : leave),
      },
      lockRecords(database),
    ],
  };
}

/** Whether the bot can read what its store says of locks. */
function lockRecords(database: string): ServiceSide['switches'][number] {
  let repair: (() => void) | undefined;
  return {
    name: 'locks',
    label: 'locks',
    modes: ['ok', 'damaged'],
    set: (mode) => {
      repair?.();
      repair = mode === 'damaged' ? damageLocks(database) : undefined;
      if (mode === 'damaged' && repair === undefined)
        throw new Error('No lock stands whose record could be damaged. Type /lock prod hotfix first.');
    },
  };
}
