import { type Selectable, sql } from 'kysely';
import type { InboxRow, InboxTable } from '../../app/store-ports.ts';
import { InvariantError } from '../../domain/errors.ts';
import type { Database, Schema } from '../schema.ts';
import { inBatches } from './in-batches.ts';

const sources = ['gitlab', 'slack', 'internal', 'outside'] as const satisfies readonly InboxRow['source'][];

/** What came in and waits to be worked on. A row that has ended keeps its key, so that a repetition is known. */
export function createInboxTable(db: Database): InboxTable {
  return {
    async add(row) {
      const receivedAt = row.receivedAt.getTime();
      const result = await db
        .insertInto('inbox')
        .values({
          key: row.key,
          source: row.source,
          body: row.body,
          state: 'waiting',
          attempts: 0,
          not_before: receivedAt,
          received_at: receivedAt,
        })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async due(source, now, limit) {
      const rows = await db
        .selectFrom('inbox')
        .selectAll()
        .where('state', '=', sql.lit('waiting'))
        .where('source', '=', source)
        .where('not_before', '<=', now.getTime())
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => toInboxRow(row, source));
    },
    async done(id, result, now) {
      await end(db, id, { state: 'done', result, body: '', error: null, ended_at: now.getTime() });
    },
    async retryLater(id, notBefore, error) {
      const result = await db
        .updateTable('inbox')
        .set((eb) => ({ attempts: eb('attempts', '+', 1), not_before: notBefore.getTime(), error }))
        .where('id', '=', id)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw missing(id);
    },
    goOn: (id, body, notBefore) => goOn(db, id, { body, not_before: notBefore.getTime(), error: null }),
    async dead(id, error, now) {
      await end(db, id, { state: 'dead', error, ended_at: now.getTime() });
    },
    async lastReceivedAt(source) {
      const row = await newest(db, source);
      return row && new Date(row.received_at);
    },
    state: () => inboxState(db),
    prune: (doneBefore) => prune(db, doneBefore),
  };
}

interface Ending {
  readonly state: 'done' | 'dead';
  readonly body?: string;
  readonly result?: string;
  readonly error: string | null;
  readonly ended_at: number;
}

async function end(db: Database, id: number, ending: Ending): Promise<void> {
  const result = await db.updateTable('inbox').set(ending).where('id', '=', id).executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw missing(id);
}

async function goOn(
  db: Database,
  id: number,
  next: { readonly body: string; readonly not_before: number; readonly error: null },
): Promise<void> {
  const result = await db.updateTable('inbox').set(next).where('id', '=', id).executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw missing(id);
}

function missing(id: number): InvariantError {
  return new InvariantError(`there is no inbox row ${id}`);
}

async function newest(
  db: Database,
  source: InboxRow['source'],
): Promise<{ readonly id: number; readonly received_at: number } | undefined> {
  return db
    .selectFrom('inbox')
    .select(['id', 'received_at'])
    .where('source', '=', source)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** How much waits, since when, and how much was given up. */
export async function inboxState(db: Database): ReturnType<InboxTable['state']> {
  const waiting = await db
    .selectFrom('inbox')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('received_at').as('oldest')])
    .where('state', '=', sql.lit('waiting'))
    .executeTakeFirstOrThrow();
  const dead = await db
    .selectFrom('inbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', sql.lit('dead'))
    .executeTakeFirstOrThrow();
  const oldest: number | null = waiting.oldest;
  return { waiting: waiting.count, oldestAt: oldest === null ? undefined : new Date(oldest), dead: dead.count };
}

/** Keeps the newest row of each source: it is how we know when GitLab last spoke to us. */
async function prune(db: Database, before: Date): Promise<number> {
  const kept: number[] = [];
  for (const source of sources) {
    const row = await newest(db, source);
    if (row) kept.push(row.id);
  }
  return inBatches(async (limit) => {
    let old = db
      .selectFrom('inbox')
      .select('id')
      .where('ended_at', 'is not', null)
      .where('ended_at', '<', before.getTime());
    if (kept.length > 0) old = old.where('id', 'not in', kept);
    const result = await db.deleteFrom('inbox').where('id', 'in', old.limit(limit)).executeTakeFirst();
    return Number(result.numDeletedRows);
  });
}

function toInboxRow(row: Selectable<Schema['inbox']>, source: InboxRow['source']): InboxRow {
  return {
    id: row.id,
    key: row.key,
    source,
    body: row.body,
    receivedAt: new Date(row.received_at),
    attempts: row.attempts,
  };
}
