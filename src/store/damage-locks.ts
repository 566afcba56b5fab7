import { DatabaseSync } from 'node:sqlite';

const busyTimeoutMs = 5_000;

/**
 * Makes every lock of a SQLite store unreadable, as a broken disk may, beside a bot that may be running. Returns what
 * puts them back, or undefined where no lock stands. For trying what the bot does then.
 */
export function damageLocks(path: string): (() => void) | undefined {
  const before = withDatabase(path, (database) => {
    const locks = database.prepare('select id, document from locks').all();
    database.exec(`update locks set document = '{'`);
    return locks;
  });
  if (before.length === 0) return undefined;
  return () =>
    withDatabase(path, (database) => {
      const repair = database.prepare('update locks set document = ? where id = ?');
      for (const { id, document } of before) repair.run(document ?? null, id ?? null);
    });
}

function withDatabase<T>(path: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    database.exec('begin immediate');
    const result = work(database);
    database.exec('commit');
    return result;
  } finally {
    database.close();
  }
}
