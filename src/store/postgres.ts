import { Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Log } from '../app/ports.ts';
import type { LeaseClocks } from './lease.ts';
import { logAudit } from './log-audit.ts';
import { migrate } from './migrate.ts';
import type { SqlWords } from './migrations/migration.ts';
import { createOpenStore, type OpenStore } from './open-store.ts';
import { createPostgresDialect } from './postgres-driver.ts';
import { createPostgresSharing } from './postgres-sharing.ts';
import type { Database, Schema } from './schema.ts';
import { toStoreError } from './store-error.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`; the database exists, its tables are made. */
  readonly url: string;
  readonly now: () => Date;
  readonly log?: Log | undefined;
  /** By which leases lapse, epoch ms; default: the clock of the database. */
  readonly sharedMs?: LeaseClocks['sharedMs'];
  /** Applied to every text that goes into the audit. Default: they are kept as they are. */
  readonly maskSecrets?: ((text: string) => string) | undefined;
}

/**
 * Opens the store in a Postgres database and brings its schema up to date; several processes may share it. Throws
 * `StoreError` when it cannot be reached or was written by a newer version.
 */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<OpenStore> {
  const { url, now, log, maskSecrets, sharedMs = databaseMs } = options;
  const db = new Kysely<Schema>({ dialect: createPostgresDialect(url, log) });
  try {
    const applied = await migrate(db, postgresWords, now());
    if (applied.length > 0) log?.info({ migrations: applied }, 'database schema updated');
    return createOpenStore(db, {
      now,
      sharedMs,
      sharing: await createPostgresSharing(db, url, log),
      maskSecrets,
      recorded: (entry) => log && logAudit(log, entry),
    });
  } catch (error) {
    await db.destroy();
    throw toStoreError(error, 'cannot update the database');
  }
}

/** The clock that its processes have in common: those of their machines may differ by more than the lease lasts. */
async function databaseMs(db: Database): Promise<number> {
  const { rows } = await sql<{
    ms: number;
  }>`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms`.execute(db);
  return z.number().parse(rows[0]?.ms);
}

const postgresWords: SqlWords = {
  integer: 'bigint',
  counter: 'bigint generated always as identity primary key',
  tableOptions: '',
  fieldOf: (column, field) => `generated always as (${column}::json ->> '${field}') stored`,
  appendOnly: (table) => [
    `create function ${table}_append_only() returns trigger language plpgsql as
      $$ begin raise exception '${table} is append-only'; end $$`,
    `create trigger ${table}_append_only before update or delete or truncate on ${table}
      for each statement execute function ${table}_append_only()`,
  ],
};
