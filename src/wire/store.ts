import type { Database } from '../config/schema.ts';
import type { OpenStore } from '../store/open-store.ts';
import { createSqliteStore, type SqliteStoreOptions } from '../store/sqlite.ts';

/** Opens the store that `DATABASE_URL` names. @throws StoreError */
export async function openStore(database: Database, options: Omit<SqliteStoreOptions, 'path'>): Promise<OpenStore> {
  if (database.kind === 'sqlite') return createSqliteStore({ path: database.path, ...options });
  // Loaded only where there is one: a start waits for every module.
  const { createPostgresStore } = await import('../store/postgres.ts');
  return createPostgresStore({ url: database.url, ...options });
}
