import type { Database as DatabaseAddress } from '../config/schema.ts';
import { StoreError } from '../domain/errors.ts';
import { databaseName, lookInto } from './look-into.ts';
import type { Database } from './schema.ts';
import type { StoredLink } from './verify-audit.ts';

const pageSize = 500;

/**
 * Hands all entries to `work`, the oldest first and as they are stored, beside a bot that may be running. Throws
 * `StoreError` when they cannot be read.
 */
export async function readAudit<T>(
  address: DatabaseAddress,
  work: (links: AsyncIterable<StoredLink>) => Promise<T>,
): Promise<T> {
  const read = await lookInto(address, async (db) => ({ result: await work(linksOf(db)) }));
  if (read) return read.result;
  throw new StoreError(`there is nothing in the ${databaseName(address)}`, {
    hint: 'Set DATABASE_URL to the database of a bot that has run.',
  });
}

/** Page by page: entries are only ever added at the end, so that the pages together are what one look would give. */
async function* linksOf(db: Database): AsyncGenerator<StoredLink> {
  for (let last = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await db
      .selectFrom('audit')
      .select(['seq', 'prev_hash as prevHash', 'hash', 'entry'])
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(pageSize)
      .execute();
    yield* page;
    const end = page.at(-1);
    if (!end || page.length < pageSize) return;
    last = end.seq;
  }
}
