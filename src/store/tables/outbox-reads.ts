import { sql } from 'kysely';
import { z } from 'zod';
import { type AnswerDraft, type Lane, lanes, type OutboxRow, type QueueState } from '../../app/store-ports.ts';
import { decodeJson } from '../json.ts';
import type { Database } from '../schema.ts';

const Blocks = z.array(z.unknown());

const AnswerTarget = z.union([
  z.object({ kind: z.literal('response_url'), url: z.string(), replaceOriginal: z.boolean() }),
  z
    .object({ kind: z.literal('ephemeral'), channel: z.string(), user: z.string(), threadTs: z.string().optional() })
    .transform((target) => ({ ...target, threadTs: target.threadTs })),
]) satisfies z.ZodType<AnswerDraft['to']>;

/** Word for word the condition of the index `outbox_dirty`; else every row would be looked at. */
const dirty = sql<boolean>`message.sent_version < message.version and message.dead_at is null`;

/** A reply goes out once its root was posted, given up or is gone: until then it would only block the queue's head. */
const sendable = sql<boolean>`(message.root_key is null or root.ts is not null or root.dead_at is not null or root.seq is null)`;

/**
 * A thread tells things in their order: what waits after a failed attempt is not overtaken by what came later, unless
 * that is more urgent. Edits pass.
 */
const inOrder = (now: Date) => sql<boolean>`(message.ts is not null or not exists (
  select 1 from outbox as earlier
  where earlier.root_key = message.root_key and earlier.seq < message.seq and earlier.lane <= message.lane
    and earlier.ts is null and earlier.dead_at is null and earlier.not_before > ${now.getTime()}
))`;

/** The message with this key. */
export async function findRow(db: Database, key: string): Promise<OutboxRow | undefined> {
  const row = await withRoot(db).where('message.key', '=', key).executeTakeFirst();
  return row && toOutboxRow(row);
}

/** What can be sent now, most urgent lane first, oldest first within a lane. */
export async function dueRows(db: Database, now: Date, limit: number): Promise<readonly OutboxRow[]> {
  const rows = await withRoot(db)
    .where(dirty)
    .where('message.not_before', '<=', now.getTime())
    .where(sendable)
    .where(inOrder(now))
    .orderBy('message.lane')
    .orderBy('message.seq')
    .limit(limit)
    .execute();
  return rows.map(toOutboxRow);
}

/** When the next row becomes due, after `after` if given; replies that wait for their root are left out, as in `dueRows`. */
export async function nextDueAt(db: Database, after?: Date): Promise<Date | undefined> {
  const row = await joined(db)
    .select((eb) => eb.fn.min('message.not_before').as('at'))
    .where(dirty)
    .where(sendable)
    .where('message.not_before', '>', after?.getTime() ?? -1)
    .executeTakeFirst();
  const at: number | null | undefined = row?.at;
  return at === null || at === undefined ? undefined : new Date(at);
}

/** How much waits, since when, and how much was given up. */
export async function outboxState(db: Database): Promise<QueueState> {
  const waiting = await db
    .selectFrom('outbox as message')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('dirty_since').as('oldest')])
    .where(dirty)
    .executeTakeFirstOrThrow();
  const dead = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('dead_at', 'is not', null)
    .executeTakeFirstOrThrow();
  const oldest: number | null = waiting.oldest;
  return { waiting: waiting.count, oldestAt: oldest === null ? undefined : new Date(oldest), dead: dead.count };
}

function joined(db: Database) {
  return db.selectFrom('outbox as message').leftJoin('outbox as root', 'root.key', 'message.root_key');
}

function withRoot(db: Database) {
  return joined(db)
    .selectAll('message')
    .select(['root.ts as root_ts', 'root.dead_at as root_dead_at', 'root.seq as root_seq']);
}

type JoinedRow = Awaited<ReturnType<ReturnType<typeof withRoot>['execute']>>[number];

function toOutboxRow(row: JoinedRow): OutboxRow {
  const what = `the message ${row.key}`;
  return {
    id: row.id,
    key: row.key,
    channel: row.channel,
    rootKey: row.root_key ?? undefined,
    rootTs: row.root_ts ?? undefined,
    // One that was posted still takes replies, although Slack refused to edit it. One that is gone never has a ts.
    rootDead: row.root_key !== null && row.root_ts === null && (row.root_dead_at !== null || row.root_seq === null),
    lane: toLane(row.lane),
    broadcast: row.broadcast === 1,
    answer: row.answer === null ? undefined : decodeJson(row.answer, AnswerTarget, what),
    text: row.text,
    blocks: decodeJson(row.blocks, Blocks, what),
    ts: row.ts ?? undefined,
    version: row.version,
    sentVersion: row.sent_version,
    attempts: row.attempts,
    notBefore: new Date(row.not_before),
    sendingSince: row.sending_since === null ? undefined : new Date(row.sending_since),
    createdAt: new Date(row.created_at),
    seq: row.seq,
  };
}

const laneNames = Object.keys(lanes) as Lane[];

/** A lane that a later version added is the least urgent one. */
function toLane(lane: number): Lane {
  return laneNames.find((name) => lanes[name] === lane) ?? 'progress';
}
