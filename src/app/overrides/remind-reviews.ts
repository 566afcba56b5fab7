import { renderReviewReminder } from '../../cards/override-announced.ts';
import type { Clock, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { overrideKey } from './announce-override.ts';

/** Reminds of overrides that nobody has reviewed in time, each once, below where it was announced. */
export async function remindReviews({
  store,
  clock,
  wake,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}): Promise<void> {
  const now = clock.now();
  const told = await store.transaction(async (tables) => {
    const due = await tables.reviews.due(now);
    for (const review of due) {
      const [channel] = review.channels;
      await tables.reviews.save({ ...review, remindedAt: now });
      if (channel === undefined) continue;
      const rootKey = overrideKey(channel, review);
      await tables.outbox.put(
        { key: `${rootKey}/reminder`, channel, rootKey, lane: 'deployment', ...renderReviewReminder({ review }) },
        now,
      );
    }
    return due.length;
  });
  if (told > 0) wake('outbox');
}
