import type { Database } from '../schema.ts';

/** Runs several statements as one: in the transaction that `db` is, or in one of their own. */
export async function inTransaction<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
