import type { Pace } from '../app/messages/pace.ts';
import type { OutboxRow, Store } from '../app/store-ports.ts';
import { errorPauseMs, type Loop, type LoopDeps, startLoop } from './loop.ts';

export interface OutboxWorkerDeps extends LoopDeps {
  readonly store: Store;
  readonly pace: Pace;
  readonly deliver: (row: OutboxRow) => Promise<void>;
}

/** Rows looked at in one pass; they come most urgent first. */
const batch = 100;

/** A channel's messages go one by one, so that a thread keeps its order; channels and answers go side by side. */
const atOnce = 8;

/** A row that our own code cannot handle is tried again after this long, in case an update mends it. */
const ownErrorPauseMs = 60_000;

/** Takes rows from the outbox as fast as Slack's limits let it. */
export function startOutboxWorker(deps: OutboxWorkerDeps): Loop {
  const underWay = new Map<string, Promise<void>>();
  const loop = startLoop('outbox', pass, deps);
  return {
    wake: () => loop.wake(),
    async stop() {
      await loop.stop();
      await Promise.all(underWay.values());
    },
  };

  async function pass(): Promise<Date | undefined> {
    const now = deps.clock.now();
    const rows = await deps.store.tables.outbox.due(now, batch);
    let waitMs = Number.POSITIVE_INFINITY;
    for (const row of rows) {
      const track = row.answer ? row.id : row.channel;
      if (underWay.has(track) || underWay.size >= atOnce) continue;
      const pause = deps.pace.waitMs(row, now);
      if (pause > 0) waitMs = Math.min(waitMs, pause);
      else start(track, row);
    }
    const nextDue = await deps.store.tables.outbox.nextDueAt(now);
    const future = nextDue ? nextDue.getTime() - now.getTime() : Number.POSITIVE_INFINITY;
    const wait = Math.min(waitMs, future);
    return Number.isFinite(wait) ? new Date(now.getTime() + wait) : undefined;
  }

  function start(track: string, row: OutboxRow): void {
    const sending = deliver(row).finally(() => {
      underWay.delete(track);
      loop.wake();
    });
    underWay.set(track, sending);
  }

  async function putBack(row: OutboxRow): Promise<void> {
    const notBefore = new Date(deps.clock.now().getTime() + ownErrorPauseMs);
    try {
      await deps.store.tables.outbox.retryLater(row.id, { notBefore, error: 'internal', outcome: 'unknown' });
    } catch (error) {
      deps.log.error({ channel: row.channel, err: error }, 'message could not be put back');
      await new Promise((resolve) => setTimeout(resolve, errorPauseMs));
    }
  }

  async function deliver(row: OutboxRow): Promise<void> {
    try {
      await deps.deliver(row);
    } catch (error) {
      // An error of ours: the row stays, but others must not wait behind it.
      deps.log.error({ channel: row.channel, err: error }, 'message could not be handled');
      await putBack(row);
    }
  }
}
