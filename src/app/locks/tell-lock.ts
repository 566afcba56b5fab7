import { type LockNews, renderLockTold } from '../../cards/lock-told.ts';
import { mailUnlessShownRow } from '../outside/mail-row.ts';
import type { Tables } from '../store-ports.ts';

/** Tells the project's channel what happened to a lock, as a message of its own. */
export async function tellLock(tables: Pick<Tables, 'inbox' | 'outbox'>, news: LockNews, now: Date): Promise<void> {
  const { lock } = news;
  // A deploy past the lock is told once, whatever hook or poll brings it again.
  const about = news.kind === 'ignored' ? news.url : String(now.getTime());
  const { channel, project } = lock;
  const key = `${channel}/lock:${lock.id}/${news.kind}/${about}`;
  await tables.outbox.put({ key, channel, rootKey: undefined, lane: 'deployment', ...renderLockTold(news) }, now);
  if (news.kind !== 'ignored') return;
  const { environment } = news;
  await tables.inbox.add(mailUnlessShownRow({ project, environment, key, messageKeys: [key] }, now));
}
