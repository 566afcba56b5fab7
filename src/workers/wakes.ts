import type { Wake } from '../app/ports.ts';
import type { Loop } from './loop.ts';

/** Wakes the workers of a kind; they come and go with the lead, and whoever calls `wake` need not know. */
export interface Wakes {
  readonly wake: Wake;
  readonly loops: Map<Parameters<Wake>[0], readonly Loop[]>;
}

/** Makes one that wakes nobody yet. */
export function createWakes(): Wakes {
  const loops: Wakes['loops'] = new Map();
  return {
    loops,
    wake: (worker) => {
      for (const loop of loops.get(worker) ?? []) loop.wake();
    },
  };
}
