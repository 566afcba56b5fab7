import { sql } from 'kysely';
import { type HeldChannel, heldChannels } from '../app/messages/held-channel.ts';
import { lastWebhookAt } from '../app/pipelines/webhook-seen.ts';
import type { QueueState } from '../app/store-ports.ts';
import type { Database as DatabaseAddress } from '../config/schema.ts';
import type { Watch } from '../domain/watch.ts';
import { lookInto } from './look-into.ts';
import type { Database } from './schema.ts';
import { inboxState } from './tables/inbox.ts';
import { createMetaTable } from './tables/meta.ts';
import { outboxState } from './tables/outbox-reads.ts';
import { allWatches } from './tables/watches.ts';

/** What a store says of itself to somebody who only looks. */
export interface StoreReport {
  /** What SQLite finds wrong with its file; `ok` when nothing, and for Postgres. */
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
 * Looks into a store beside a bot that may be running, and changes nothing. Undefined when there is none yet. Throws
 * `StoreError` when it cannot be read.
 */
export function inspectStore(address: DatabaseAddress, now: Date): Promise<StoreReport | undefined> {
  return lookInto(address, async (db) => ({
    integrity: address.kind === 'sqlite' ? await checkFile(db) : 'ok',
    ...(await report(db, now)),
  }));
}

/** The watches that people set up. None where there is no store yet. Throws `StoreError` when it cannot be read. */
export async function readWatches(address: DatabaseAddress): Promise<readonly Watch[]> {
  return (await lookInto(address, allWatches)) ?? [];
}

/** When a webhook of the project last came. Throws `StoreError` when the store cannot be read. */
export function readLastWebhook(address: DatabaseAddress, projectId: number): Promise<Date | undefined> {
  return lookInto(address, (db) => lastWebhookAt(createMetaTable(db), projectId));
}

async function checkFile(db: Database): Promise<string> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
  return rows[0]?.quick_check ?? 'ok';
}

async function report(db: Database, now: Date): Promise<Omit<StoreReport, 'integrity'>> {
  const [inbox, outbox] = [await inboxState(db), await outboxState(db)];
  const lease = await db
    .selectFrom('lease')
    .select('holder_label')
    .where('expires_at', '>', now.getTime())
    .executeTakeFirst();
  return {
    inbox,
    outbox,
    lastFailure: await lastFailure(db),
    leader: lease?.holder_label,
    held: await heldChannels(createMetaTable(db)),
  };
}

async function lastFailure(db: Database): Promise<string | undefined> {
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
