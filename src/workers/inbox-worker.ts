import type { InboxRow, Store } from '../app/store-ports.ts';
import { AppError } from '../domain/errors.ts';
import { errorPauseMs, type Loop, type LoopDeps, startLoop } from './loop.ts';

export interface InboxWorkerDeps extends LoopDeps {
  readonly store: Store;
  /** Carries one row to its effect and marks it done in the same transaction. */
  readonly handle: (row: InboxRow) => Promise<void>;
}

/** Tried this often, a row is given up: kept, counted and shown. That is after about 20 minutes. */
const usualAttempts = 12;

/** Rows handed out at once and not yet finished. */
interface Source {
  readonly name: InboxRow['source'];
  /** Webhooks go one by one, in the order they came: their fold is quick and order saves work. */
  readonly atOnce: number;
  /** How often a row is tried before it is given up; the pauses grow to five minutes. Default: 12. */
  readonly attempts?: number;
}

/**
 * Takes rows from the inbox: one source per loop, so that a command waiting for a slow GitLab never holds up the news.
 */
export function startInboxWorker(source: Source, deps: InboxWorkerDeps): Loop {
  const underWay = new Map<number, Promise<void>>();
  let retryAt: Date | undefined;
  const loop = startLoop(`inbox ${source.name}`, pass, deps);
  return {
    wake: () => loop.wake(),
    async stop() {
      await loop.stop();
      await Promise.all(underWay.values());
    },
  };

  async function pass(): Promise<Date | undefined> {
    const free = source.atOnce - underWay.size;
    if (free <= 0) return undefined;
    const now = deps.clock.now();
    if (retryAt && retryAt <= now) retryAt = undefined;
    const due = await deps.store.tables.inbox.due(source.name, now, source.atOnce * 4);
    const rows = due.filter((row) => !underWay.has(row.id)).slice(0, free);
    for (const row of rows) underWay.set(row.id, carry(row));
    if (source.atOnce === 1) await Promise.all(underWay.values());
    return retryAt;
  }

  async function carry(row: InboxRow): Promise<void> {
    try {
      await deps.handle(row).catch((error: unknown) => putBack(row, error));
    } catch (error) {
      // The store did not even take the failure: the row is as it was, and without a pause it would come back at once.
      deps.log.error({ delivery_id: row.key, err: error }, 'input could not be put back');
      await new Promise((resolve) => setTimeout(resolve, errorPauseMs));
    } finally {
      underWay.delete(row.id);
      loop.wake();
    }
  }

  async function putBack(row: InboxRow, error: unknown): Promise<void> {
    const { inbox } = deps.store.tables;
    const code = error instanceof AppError ? error.code : 'internal';
    const fields = { delivery_id: row.key, attempt: row.attempts + 1, err: error };
    if (row.attempts + 1 >= (source.attempts ?? usualAttempts)) {
      deps.log.error(fields, 'input given up');
      await inbox.dead(row.id, code, deps.clock.now());
      return;
    }
    deps.log.warn(fields, 'input not processed, will try again');
    const waitMs = Math.min(300_000, 1_000 * 2 ** row.attempts);
    const notBefore = new Date(deps.clock.now().getTime() + waitMs);
    await inbox.retryLater(row.id, notBefore, code);
    if (!retryAt || notBefore < retryAt) retryAt = notBefore;
  }
}
