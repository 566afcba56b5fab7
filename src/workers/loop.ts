import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, Log } from '../app/ports.ts';

/**
 * The store answers without a turn of the event loop, so a worker that went on and on would keep requests from being
 * read. While they keep coming, one that was woken while it worked rests for a few times as long first: requests come
 * before their effects.
 */
const restShare = 4;
const longestRestMs = 20;

/** A worker that sleeps until it is woken or its time comes. */
export interface Loop {
  wake(): void;
  /** Resolves when the pass under way has ended. */
  stop(): Promise<void>;
}

export interface LoopDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Whether requests keep coming. */
  readonly isPressed: () => boolean;
}

/** A loop that found nothing still looks this often, in case a wake-up was missed. */
const idleMs = 5_000;

/** A pass that threw: the error is ours, so we do not spin on it. */
export const errorPauseMs = 1_000;

/**
 * Calls `pass` again and again, one at a time. `pass` returns when it wants to be called next (undefined: when woken).
 * Errors are caught here and nowhere below: this is the edge.
 */
export function startLoop(name: string, pass: () => Promise<Date | undefined>, deps: LoopDeps): Loop {
  const state = { stopped: false };
  let woken = false;
  let restMs = 0;
  let rouse: (() => void) | undefined;

  async function sleep(ms: number): Promise<void> {
    if (state.stopped) return;
    if (woken) return pause(deps.isPressed() ? restMs : 0);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    rouse = undefined;
  }

  async function run(): Promise<void> {
    while (!state.stopped) {
      woken = false;
      const startedAt = performance.now();
      let waitMs = errorPauseMs;
      try {
        const next = await pass();
        waitMs = next ? Math.max(0, Math.min(idleMs, next.getTime() - deps.clock.now().getTime())) : idleMs;
      } catch (error) {
        deps.log.error({ worker: name, err: error }, 'worker pass failed');
      }
      restMs = Math.min(longestRestMs, restShare * (performance.now() - startedAt));
      await sleep(waitMs);
    }
  }

  const running = run();
  return {
    wake() {
      woken = true;
      rouse?.();
    },
    async stop() {
      state.stopped = true;
      rouse?.();
      await running;
    },
  };
}
