import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { type HeldChannel, heldChannels } from '../app/messages/held-channel.ts';
import { lastWebhookAt } from '../app/pipelines/webhook-seen.ts';
import type { QueueState } from '../app/store-ports.ts';
import type { Watch } from '../domain/watch.ts';
import type { Schema } from './schema.ts';
import { createSqliteDialect } from './sqlite-driver.ts';
import { toStoreError } from './store-error.ts';
import { inboxState } from './tables/inbox.ts';
import { createMetaTable } from './tables/meta.ts';
import { outboxState } from './tables/outbox-reads.ts';
import { allWatches } from './tables/watches.ts';

const busyTimeoutMs = 5_000;

/** What a store says of itself to somebody who only looks. */
export interface StoreReport {
  /** What SQLite finds wrong with the file; `ok` when nothing. */
  readonly integrity: string;
  readonly inbox: QueueState;
  readonly outbox: QueueState;
  /** The newest reason why something was given up. */
  readonly lastFailure: string | undefined;
  /** Who works on it now, e.g. `host (process 7)`. */
  readonly leader: string | undefined;
  /** Channels in which Slack lets the bot post no more. */
  readonly held: ReadonlyMap<string, HeldChannel>;
}

/**
 * Looks into a SQLite store beside a bot that may be running, and changes nothing: no file is made, no schema brought
 * up to date. Undefined when there is no file yet. Throws `StoreError` when it cannot be read.
 */
export async function inspectSqliteStore(path: string, now: Date): Promise<StoreReport | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    const db = new Kysely<Schema>({ dialect: createSqliteDialect(database) });
    try {
      return await report(db, now);
    } finally {
      await db.destroy();
    }
  } catch (error) {
    throw toStoreError(error, `cannot read the database ${path}`);
  }
}

/**
 * The watches that people set up, read beside a bot that may be running. None where there is no file yet, or it was
 * written by a version without them. Throws `StoreError` when it cannot be read.
 */
export async function readSqliteWatches(path: string): Promise<readonly Watch[]> {
  if (!existsSync(path)) return [];
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    const db = new Kysely<Schema>({ dialect: createSqliteDialect(database) });
    try {
      const has = database.prepare("select 1 from sqlite_master where type = 'table' and name = 'watches'").get();
      return has === undefined ? [] : await allWatches(db);
    } finally {
      await db.destroy();
    }
  } catch (error) {
    throw toStoreError(error, `cannot read the database ${path}`);
  }
}

/** When a webhook of the project last came, read beside a bot that may be running. Throws `StoreError`. */
export async function readLastWebhook(path: string, projectId: number): Promise<Date | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    const db = new Kysely<Schema>({ dialect: createSqliteDialect(database) });
    try {
      return await lastWebhookAt(createMetaTable(db), projectId);
    } finally {
      await db.destroy();
    }
  } catch (error) {
    throw toStoreError(error, `cannot read the database ${path}`);
  }
}

async function report(db: Kysely<Schema>, now: Date): Promise<StoreReport> {
  const check = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
  const [inbox, outbox] = [await inboxState(db), await outboxState(db)];
  const lease = await db
    .selectFrom('lease')
    .select('holder_label')
    .where('expires_at', '>', now.getTime())
    .executeTakeFirst();
  return {
    integrity: check.rows[0]?.quick_check ?? 'ok',
    inbox,
    outbox,
    lastFailure: await lastFailure(db),
    leader: lease?.holder_label,
    held: await heldChannels(createMetaTable(db)),
  };
}

async function lastFailure(db: Kysely<Schema>): Promise<string | undefined> {
  const message = await db
    .selectFrom('outbox')
    .select(['error', 'dead_at as at'])
    .where('dead_at', 'is not', null)
    .orderBy('dead_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const delivery = await db
    .selectFrom('inbox')
    .select(['error', 'ended_at as at'])
    .where('state', '=', 'dead')
    .orderBy('ended_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const [newest] = [message, delivery].filter((row) => row !== undefined).toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0));
  return newest?.error ?? undefined;
}
