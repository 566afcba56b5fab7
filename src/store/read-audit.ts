import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { StoreError } from '../domain/errors.ts';
import type { Schema } from './schema.ts';
import { createSqliteDialect } from './sqlite-driver.ts';
import { toStoreError } from './store-error.ts';
import type { StoredLink } from './verify-audit.ts';

/** How long a read waits for another process that has the file to itself, as a restore does. */
const busyTimeoutMs = 5_000;

/**
 * Hands all entries to `work`, the oldest first and as they are stored, beside a bot that may be running: all of them
 * as they were at one moment. Throws `StoreError` when they cannot be read.
 */
export async function readSqliteAudit<T>(
  path: string,
  work: (links: AsyncIterable<StoredLink>) => Promise<T>,
): Promise<T> {
  if (!existsSync(path)) {
    throw new StoreError(`there is no database ${path}`, { hint: 'Set DATABASE_URL to sqlite: and its path.' });
  }
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    const db = new Kysely<Schema>({ dialect: createSqliteDialect(database) });
    try {
      const links = db
        .selectFrom('audit')
        .select(['seq', 'prev_hash as prevHash', 'hash', 'entry'])
        .orderBy('seq')
        .stream();
      return await work(links);
    } finally {
      await db.destroy();
    }
  } catch (error) {
    throw toStoreError(error, `cannot read the audit of ${path}`);
  }
}
