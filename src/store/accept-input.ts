import { setImmediate } from 'node:timers/promises';
import type { AcceptInput, NewInboxRow, Store } from '../app/store-ports.ts';

/** How many rows share one commit at most, so that a burst does not hold the connection for long. */
const maxBatch = 256;

interface Waiting {
  readonly row: NewInboxRow;
  readonly resolve: (added: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: a commit waits for the disk, so rows that arrive in the same turn of the event loop, or while another
 * commit runs, share the next one. When it fails, each of its callers is told.
 */
export function createAcceptInput(store: Pick<Store, 'transaction'>): AcceptInput {
  let waiting: Waiting[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // At the end of this turn every request that the sockets had ready has been handed to us.
      await setImmediate();
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      await commit(store, batch);
    }
    running = false;
  };

  return (row) => {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    waiting.push({ row, resolve, reject });
    if (!running) {
      running = true;
      void drain();
    }
    return promise;
  };
}

/** Never rejects: what fails is told to those whose rows were in it. */
async function commit(store: Pick<Store, 'transaction'>, batch: readonly Waiting[]): Promise<void> {
  try {
    const added = await store.transaction(async ({ inbox }) => {
      const results: boolean[] = [];
      for (const { row } of batch) results.push(await inbox.add(row));
      return results;
    });
    for (const [index, caller] of batch.entries()) caller.resolve(added[index] === true);
  } catch (error) {
    for (const caller of batch) caller.reject(error);
  }
}
