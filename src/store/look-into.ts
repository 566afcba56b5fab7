import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import type { Database as DatabaseAddress } from '../config/schema.ts';
import type { Database, Schema } from './schema.ts';
import { createSqliteDialect } from './sqlite-driver.ts';
import { toStoreError } from './store-error.ts';

/** How long a read waits for another process that has the file to itself, as a restore does. */
const busyTimeoutMs = 5_000;

/**
 * Hands the database to `work`, which only reads, beside a bot that may be running: no file is made, no schema brought
 * up to date. Undefined where no bot was ever started on it. Throws `StoreError` when it cannot be read.
 */
export async function lookInto<T>(
  address: DatabaseAddress,
  work: (db: Database) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await (address.kind === 'sqlite' ? lookIntoFile(address.path, work) : lookIntoPostgres(address.url, work));
  } catch (error) {
    throw toStoreError(error, `cannot read the ${databaseName(address)}`);
  }
}

/** How a database is named to people, behind an article: without user and password. */
export function databaseName(address: DatabaseAddress): string {
  if (address.kind === 'sqlite') return `database ${address.path}`;
  const { host, pathname } = new URL(address.url);
  return `database ${pathname.slice(1)} on ${host}`;
}

async function lookIntoFile<T>(path: string, work: (db: Database) => Promise<T>): Promise<T | undefined> {
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  const db = new Kysely<Schema>({ dialect: createSqliteDialect(database) });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

async function lookIntoPostgres<T>(url: string, work: (db: Database) => Promise<T>): Promise<T | undefined> {
  const { createPostgresDialect } = await import('./postgres-driver.ts');
  const db = new Kysely<Schema>({ dialect: createPostgresDialect(url, undefined) });
  try {
    const { rows } = await sql<{ made: string | null }>`select to_regclass('migrations')::text as made`.execute(db);
    return rows[0]?.made === 'migrations' ? await work(db) : undefined;
  } finally {
    await db.destroy();
  }
}
