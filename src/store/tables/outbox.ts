import { type Selectable, sql } from 'kysely';
import { type AnswerDraft, lanes, type MessageDraft, type OutboxTable } from '../../app/store-ports.ts';
import { InvariantError } from '../../domain/errors.ts';
import type { Database, Schema } from '../schema.ts';
import { inTransaction } from './in-transaction.ts';
import { outboxId } from './outbox-id.ts';
import { pruneOutbox } from './outbox-prune.ts';
import { dueRows, findRow, nextDueAt, outboxState } from './outbox-reads.ts';

/** What Slack shall show: one row per message, holding the state that the message should have. */
export function createOutboxTable(db: Database): OutboxTable {
  return {
    put: (message, now) => inTransaction(db, (trx) => put(trx, message, now)),
    answer: (draft, now) => addAnswer(db, draft, now),
    find: (key) => findRow(db, key),
    due: (now, limit) => dueRows(db, now, limit),
    nextDueAt: (after) => nextDueAt(db, after),
    async sending(id, now) {
      const result = await db
        .updateTable('outbox')
        .set((eb) => ({
          attempts: eb('attempts', '+', 1),
          sending_since: now.getTime(),
          sending_version: eb.ref('version'),
        }))
        .where('id', '=', id)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw missing(id);
    },
    sent: (id, result, now) => inTransaction(db, (trx) => recordSent(trx, id, result, now)),
    async retryLater(id, change) {
      const known = { sending_since: null, sending_version: null };
      const result = await db
        .updateTable('outbox')
        .set({
          not_before: change.notBefore.getTime(),
          error: change.error,
          ...(change.outcome === 'none' ? known : {}),
        })
        .where('id', '=', id)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw missing(id);
    },
    async dead(id, error, now) {
      const at = now.getTime();
      const result = await db
        .updateTable('outbox')
        .set({ dead_at: at, settled_at: at, error, sending_since: null, sending_version: null })
        .where('id', '=', id)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw missing(id);
    },
    state: () => outboxState(db),
    prune: (sentBefore) => pruneOutbox(db, sentBefore),
  };
}

async function put(db: Database, message: MessageDraft, now: Date): Promise<void> {
  const row = await db.selectFrom('outbox').selectAll().where('key', '=', message.key).executeTakeFirst();
  if (row) await change(db, row, message, now);
  else await add(db, message, now);
}

async function add(db: Database, message: MessageDraft, now: Date): Promise<void> {
  const lane = lanes[message.lane];
  await db
    .insertInto('outbox')
    .values({
      ...newRow(message.key, now),
      channel: message.channel,
      root_key: message.rootKey ?? null,
      lane: message.rootKey === undefined ? await mostUrgentOfReplies(db, message.key, lane) : lane,
      broadcast: message.broadcast === true ? 1 : 0,
      text: message.text,
      blocks: JSON.stringify(message.blocks),
    })
    .execute();
  if (message.rootKey !== undefined) await hurryRoot(db, message.rootKey, lane);
}

async function change(
  db: Database,
  row: Selectable<Schema['outbox']>,
  message: MessageDraft,
  now: Date,
): Promise<void> {
  const blocks = JSON.stringify(message.blocks);
  if (row.text === message.text && row.blocks === blocks) return;

  const at = now.getTime();
  const lane = lanes[message.lane];
  const clean = row.sent_version >= row.version;
  await db
    .updateTable('outbox')
    .set({
      text: message.text,
      blocks,
      // Also for a message not yet posted: the attempt under way may be posting the older content at this moment.
      version: row.version + 1,
      lane: clean ? lane : Math.min(lane, row.lane),
      broadcast: row.sent_version === 0 ? Number(message.broadcast === true) : row.broadcast,
      // What was sent starts afresh; what waits after a failure goes on waiting, or each event would be an attempt.
      ...(clean ? { attempts: 0, not_before: at, dirty_since: at } : {}),
      // A dead message takes the new content, for whoever revives it, but stays dead and settled.
      ...(row.dead_at === null ? { settled_at: null } : {}),
    })
    .where('seq', '=', row.seq)
    .execute();
  if (row.root_key !== null && row.sent_version === 0) await hurryRoot(db, row.root_key, lane);
}

/** A reply cannot be posted before its root, so a root not yet posted is as urgent as the most urgent reply. */
async function hurryRoot(db: Database, rootKey: string, lane: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ lane })
    .where('key', '=', rootKey)
    .where('sent_version', '=', 0)
    .where('lane', '>', lane)
    .execute();
}

async function mostUrgentOfReplies(db: Database, rootKey: string, lane: number): Promise<number> {
  const row = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.min('lane').as('lane'))
    .where('root_key', 'is not', null)
    .where('root_key', '=', rootKey)
    .where(sql<boolean>`sent_version < version and dead_at is null`)
    .executeTakeFirst();
  const urgent: number | null | undefined = row?.lane;
  return Math.min(lane, urgent ?? lane);
}

async function addAnswer(db: Database, draft: AnswerDraft, now: Date): Promise<void> {
  await db
    .insertInto('outbox')
    .values({
      ...newRow(draft.key, now),
      channel: draft.to.kind === 'ephemeral' ? draft.to.channel : '',
      root_key: null,
      lane: lanes.answer,
      broadcast: 0,
      answer: JSON.stringify(draft.to),
      text: draft.text,
      blocks: JSON.stringify(draft.blocks),
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}

function newRow(key: string, now: Date) {
  const at = now.getTime();
  return {
    id: outboxId(key, now),
    key,
    version: 1,
    sent_version: 0,
    attempts: 0,
    not_before: at,
    created_at: at,
    dirty_since: at,
  };
}

/**
 * What arrived in Slack is the content at the time when the attempt was marked, whichever version the sender read
 * meanwhile: a message found after an unknown outcome may show an older one, and must then be edited.
 */
async function recordSent(
  db: Database,
  id: string,
  result: { readonly version: number; readonly ts: string | undefined },
  now: Date,
): Promise<void> {
  const row = await db
    .selectFrom('outbox')
    .select(['seq', 'version', 'sent_version', 'sending_version', 'ts'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw missing(id);
  const at = now.getTime();
  const arrived = Math.min(result.version, row.sending_version ?? result.version, row.version);
  const sentVersion = Math.max(arrived, row.sent_version);
  await db
    .updateTable('outbox')
    .set({
      sent_version: sentVersion,
      ts: result.ts ?? row.ts,
      sending_since: null,
      sending_version: null,
      attempts: 0,
      error: null,
      ...(sentVersion >= row.version ? { settled_at: at } : { dirty_since: at, not_before: at }),
    })
    .where('seq', '=', row.seq)
    .execute();
}

function missing(id: string): InvariantError {
  return new InvariantError(`there is no outbox row ${id}`);
}
