import { type LockNews, renderLockTold } from '../cards/lock-told.ts';
import type { Tables } from './store-ports.ts';

/** Tells the project's channel what happened to a lock, as a message of its own. */
export async function tellLock(tables: Pick<Tables, 'outbox'>, news: LockNews, now: Date): Promise<void> {
  const { lock } = news;
  // A deploy past the lock is told once, whatever hook or poll brings it again.
  const about = news.kind === 'ignored' ? news.url : String(now.getTime());
  await tables.outbox.put(
    {
      key: `${lock.channel}/lock:${lock.id}/${news.kind}/${about}`,
      channel: lock.channel,
      rootKey: undefined,
      lane: 'deployment',
      ...renderLockTold(news),
    },
    now,
  );
}
