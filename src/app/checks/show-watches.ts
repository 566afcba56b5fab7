import { renderCanaryWatch } from '../../cards/canary-watch.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Tables } from '../store-ports.ts';

/** Shows how the canaries of an operation do: one reply for each watch, changed with each reading. */
export async function showWatches(tables: Pick<Tables, 'outbox'>, operation: Operation, now: Date): Promise<void> {
  const { id, channel, rootKey, steps } = operation;
  for (const [index, step] of steps.entries()) {
    const { watch: rule, watched } = step;
    if (!rule || !watched) continue;
    await tables.outbox.put(
      {
        key: `${rootKey}/operation:${id}/watch:${index}`,
        channel,
        rootKey,
        // What came of it is news; a reading is not, and thins out when there is much to say.
        lane: watched.verdict === undefined && operation.state === 'active' ? 'progress' : 'failure',
        ...renderCanaryWatch({ operation, step, rule, watched }),
      },
      now,
    );
  }
}
