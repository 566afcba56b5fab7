import type { Tables } from '../store-ports.ts';

/** News older than this is history even if we never told it. */
const historyMs = 24 * 3_600_000;

/** The moment before which facts are folded and not told: our first start, or a day ago if that is later. */
export async function historyBefore(tables: Pick<Tables, 'meta'>, now: Date): Promise<Date> {
  const installedAt = Number((await tables.meta.get('installed_at')) ?? now.getTime());
  // GitLab's webhooks give whole seconds: what happens in the second of the first start is news.
  const installedSecond = Math.floor(installedAt / 1_000) * 1_000;
  return new Date(Math.max(installedSecond, now.getTime() - historyMs));
}

/** Remembers the first start; later ones change nothing. */
export async function markInstalled(tables: Pick<Tables, 'meta'>, now: Date): Promise<void> {
  if ((await tables.meta.get('installed_at')) === undefined)
    await tables.meta.set('installed_at', String(now.getTime()));
}
