import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { batchSize } from './in-batches.ts';

/**
 * Deletes messages that were sent or given up before, except those of a thread that we still keep: their keys are
 * what keeps a late event from saying a thing twice. Walks by age with a mark rather than asking for rows to delete,
 * since the rows that must stay would be looked at again for every batch.
 */
export async function pruneOutbox(db: Database, before: Date): Promise<number> {
  let deleted = 0;
  let mark = { settledAt: 0, seq: 0 };
  for (;;) {
    const rows = await db
      .selectFrom('outbox')
      .select(['seq', 'settled_at'])
      .where('settled_at', 'is not', null)
      .where('settled_at', '<', before.getTime())
      .where(sql<boolean>`(settled_at, seq) > (${mark.settledAt}, ${mark.seq})`)
      .orderBy('settled_at')
      .orderBy('seq')
      .limit(batchSize)
      .execute();
    const last = rows.at(-1);
    if (!last) return deleted;
    const candidates = rows.map((row) => row.seq);
    // Replies first, so that a root whose replies are all old goes in the same batch.
    deleted += (await deleteReplies(db, candidates)) + (await deleteRoots(db, candidates));
    mark = { settledAt: last.settled_at ?? 0, seq: last.seq };
    await setImmediate();
  }
}

async function deleteReplies(db: Database, candidates: readonly number[]): Promise<number> {
  const result = await db
    .deleteFrom('outbox')
    .where('seq', 'in', candidates)
    .where('root_key', 'is not', null)
    .where(isNoThread(sql.ref('outbox.root_key')))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

async function deleteRoots(db: Database, candidates: readonly number[]): Promise<number> {
  const result = await db
    .deleteFrom('outbox')
    .where('seq', 'in', candidates)
    .where('root_key', 'is', null)
    .where(isNoThread(sql.ref('outbox.key')))
    .where(sql<boolean>`not exists (select 1 from outbox as reply where reply.root_key = outbox.key)`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Two questions, since each has its own index. */
function isNoThread(rootKey: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (select 1 from threads where root_key = ${rootKey})
    and not exists (select 1 from threads where news_key = ${rootKey})`;
}
