import type { Selectable } from 'kysely';
import type { LocksTable } from '../../app/store-ports.ts';
import type { Lock } from '../../domain/lock.ts';
import { LockDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database, Schema } from '../schema.ts';

/** The locks of environments and projects. A lapsed one stays until it was swept, so that its end is told. */
export function createLocksTable(db: Database): LocksTable {
  const all = () => db.selectFrom('locks').selectAll();
  return {
    async ofProject(projectId) {
      const rows = await all().where('project_id', '=', projectId).orderBy('environment').orderBy('by_bot').execute();
      return rows.map(toLock);
    },
    async find(id) {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row && toLock(row);
    },
    async all() {
      return (await all().orderBy('project_id').orderBy('environment').orderBy('by_bot').execute()).map(toLock);
    },
    async lapsed(now) {
      const rows = await all().where('until_at', '<=', now.getTime()).orderBy('until_at').orderBy('id').execute();
      return rows.map(toLock);
    },
    take: (lock, replaces) => take(db, lock, replaces),
    async release(id) {
      const result = await db.deleteFrom('locks').where('id', '=', id).executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    async nagged(lock, at) {
      const result = await db
        .updateTable('locks')
        .set({ document: encodeDocument({ ...lock, naggedAt: at }) })
        .where('id', '=', lock.id)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
  };
}

async function take(db: Database, lock: Lock, replaces: string | undefined): Promise<boolean> {
  if (replaces === undefined) {
    const result = await db
      .insertInto('locks')
      .values(columns(lock))
      .onConflict((conflict) => conflict.columns(['project_id', 'environment', 'by_bot']).doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  }
  const { project_id, environment, by_bot, ...rest } = columns(lock);
  const result = await db
    .updateTable('locks')
    .set(rest)
    .where('id', '=', replaces)
    .where('project_id', '=', project_id)
    .where('environment', '=', environment)
    .where('by_bot', '=', by_bot)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

function columns(lock: Lock) {
  return {
    id: lock.id,
    project_id: lock.project.id,
    environment: lock.environment ?? '',
    by_bot: lock.holder === 'chatops' ? 1 : 0,
    until_at: lock.until?.getTime() ?? null,
    document: encodeDocument(lock),
  };
}

function toLock(row: Selectable<Schema['locks']>): Lock {
  const lock = decodeDocument(row.document, LockDocument, `lock ${row.id}`);
  // JSON has no undefined: a lock on a whole project has lost the key.
  return { ...lock, environment: row.environment === '' ? undefined : row.environment };
}
