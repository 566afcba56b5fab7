import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { Log } from '../app/ports.ts';
import { logAudit } from './log-audit.ts';
import { migrate } from './migrate.ts';
import type { SqlWords } from './migrations/migration.ts';
import { createOpenStore, type OpenStore } from './open-store.ts';
import type { Schema } from './schema.ts';
import { createSqliteDialect } from './sqlite-driver.ts';
import { toStoreError } from './store-error.ts';

/** How long a statement waits for another process's write, e.g. a backup's. The process stands still meanwhile. */
const busyTimeoutMs = 5_000;

export interface SqliteStoreOptions {
  /** A file, made if it does not exist (its folder must), or `:memory:`. */
  readonly path: string;
  readonly now: () => Date;
  readonly log?: Log | undefined;
  /** Applied to every text that goes into the audit. Default: they are kept as they are. */
  readonly maskSecrets?: ((text: string) => string) | undefined;
}

/**
 * Opens the store in one SQLite file and brings its schema up to date. A commit is on disk when it returns. Throws
 * `StoreError` when the file cannot be opened or was written by a newer version.
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<OpenStore> {
  const database = open(options);
  const db = new Kysely<Schema>({ dialect: createSqliteDialect(database) });
  try {
    const applied = await migrate(db, sqliteWords, options.now());
    if (applied.length > 0) options.log?.info({ migrations: applied }, 'database schema updated');
  } catch (error) {
    await db.destroy();
    throw toStoreError(error, `cannot update the database ${options.path}`);
  }
  return createOpenStore(db, {
    now: options.now,
    maskSecrets: options.maskSecrets,
    recorded: (entry) => options.log && logAudit(options.log, entry),
  });
}

function open({ path, log }: SqliteStoreOptions): DatabaseSync {
  try {
    // Made by us first: SQLite gives one message for every reason, and would let others on this machine read it.
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
    const mode = database.prepare('pragma journal_mode = wal').get()?.['journal_mode'];
    if (mode !== 'wal' && path !== ':memory:') {
      log?.warn({ journal_mode: mode }, 'database runs without write-ahead log: its disk does not support one');
    }
    // Full: a commit that was answered survives a power cut, not only a crash of ours.
    database.exec('pragma synchronous = full; pragma journal_size_limit = 67108864');
    return database;
  } catch (error) {
    throw toStoreError(error, `cannot open the database ${path}`);
  }
}

const sqliteWords: SqlWords = {
  integer: 'integer',
  counter: 'integer primary key autoincrement',
  tableOptions: ' strict',
  fieldOf: (column, field) => `generated always as (json_extract(${column}, '$.${field}')) virtual`,
  appendOnly: (table) => [
    `create trigger ${table}_no_update before update on ${table}
      begin select raise(abort, '${table} is append-only'); end`,
    `create trigger ${table}_no_delete before delete on ${table}
      begin select raise(abort, '${table} is append-only'); end`,
    // "insert or replace" deletes without firing the delete trigger.
    `create trigger ${table}_no_replace before insert on ${table}
      when exists (select 1 from ${table} where seq >= new.seq)
      begin select raise(abort, '${table} is append-only'); end`,
  ],
};
