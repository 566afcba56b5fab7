import { setImmediate } from 'node:timers/promises';

/** How many rows one statement deletes. */
export const batchSize = 500;

/**
 * Repeats a deletion of at most `batchSize` rows until fewer were found, and sums up. Statements block the process,
 * so between batches whatever waits gets its turn.
 */
export async function inBatches(deleteSome: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const deleted = await deleteSome(batchSize);
    total += deleted;
    if (deleted < batchSize) return total;
    await setImmediate();
  }
}
