import type { Wake } from '../app/ports.ts';
import type { Loop } from './loop.ts';

/** Wakes the workers of a kind; they come and go with the lead, and whoever calls `wake` need not know. */
export interface Wakes {
  readonly wake: Wake;
  readonly loops: Map<Parameters<Wake>[0], readonly Loop[]>;
}

/** Makes one that wakes nobody yet, or whoever leads elsewhere. */
export function createWakes(wakeLeader: Wake = () => undefined): Wakes {
  const loops: Wakes['loops'] = new Map();
  return {
    loops,
    wake: (worker) => {
      const own = loops.get(worker);
      if (own === undefined) wakeLeader(worker);
      else for (const loop of own) loop.wake();
    },
  };
}
