import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../app/ports.ts';
import type { Store } from '../app/store-ports.ts';

const lookEveryMs = 50;
const longestMs = 5_000;

/**
 * Resolves when no webhook waits in the inbox, or after five seconds. A poll that ran ahead of them would tell only how
 * things stand, and the steps on the way there would find nothing new.
 */
export async function backlogDone(deps: { readonly store: Store; readonly clock: Clock }): Promise<void> {
  for (let waitedMs = 0; waitedMs < longestMs; waitedMs += lookEveryMs) {
    const [waiting] = await deps.store.tables.inbox.due('gitlab', deps.clock.now(), 1);
    if (!waiting) return;
    await pause(lookEveryMs);
  }
}
