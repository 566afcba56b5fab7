import type { Selectable } from 'kysely';
import type { Thread, ThreadsTable } from '../../app/store-ports.ts';
import { InvariantError } from '../../domain/errors.ts';
import type { Database, Schema } from '../schema.ts';

/** Which channel shows which pipeline, and under which root message. */
export function createThreadsTable(db: Database): ThreadsTable {
  return {
    async find(channel, projectId, pipelineId) {
      const row = await db
        .selectFrom('threads')
        .selectAll()
        .where('channel', '=', channel)
        .where('project_id', '=', projectId)
        .where('pipeline_id', '=', pipelineId)
        .executeTakeFirst();
      return row && toThread(row);
    },
    async ofPipeline(projectId, pipelineId) {
      const rows = await db
        .selectFrom('threads')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('pipeline_id', '=', pipelineId)
        .orderBy('created_at')
        .orderBy('channel')
        .execute();
      return rows.map(toThread);
    },
    async add(thread) {
      await db
        .insertInto('threads')
        .values({
          channel: thread.channel,
          project_id: thread.projectId,
          pipeline_id: thread.pipelineId,
          root_key: thread.rootKey,
          news_key: thread.newsKey,
          created_at: thread.createdAt.getTime(),
        })
        .execute();
    },
    async redirect(thread) {
      const result = await db
        .updateTable('threads')
        .set({ news_key: thread.newsKey })
        .where('channel', '=', thread.channel)
        .where('project_id', '=', thread.projectId)
        .where('pipeline_id', '=', thread.pipelineId)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) {
        throw new InvariantError(`there is no thread of pipeline ${thread.pipelineId} in ${thread.channel}`);
      }
    },
    findByTs: (channel, ts) => findByTs(db, channel, ts),
  };
}

/** Both the pipeline's own root and the one its news were redirected to are its thread. */
async function findByTs(db: Database, channel: string, ts: string): Promise<Thread | undefined> {
  const root = await db
    .selectFrom('outbox')
    .select('key')
    .where('channel', '=', channel)
    .where('ts', '=', ts)
    .executeTakeFirst();
  if (!root) return undefined;
  const row = (await firstWith(db, 'root_key', root.key)) ?? (await firstWith(db, 'news_key', root.key));
  return row && toThread(row);
}

/** One column at a time: with an `or` over both, every thread of the channel would be looked at. */
async function firstWith(
  db: Database,
  column: 'root_key' | 'news_key',
  key: string,
): Promise<Selectable<Schema['threads']> | undefined> {
  return db
    .selectFrom('threads')
    .selectAll()
    .where(column, '=', key)
    .orderBy('created_at')
    .orderBy('pipeline_id')
    .limit(1)
    .executeTakeFirst();
}

function toThread(row: Selectable<Schema['threads']>): Thread {
  return {
    channel: row.channel,
    projectId: row.project_id,
    pipelineId: row.pipeline_id,
    rootKey: row.root_key,
    newsKey: row.news_key,
    createdAt: new Date(row.created_at),
  };
}
