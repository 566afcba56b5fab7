import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { attachPostgres } from './postgres.ts';

/** The store of a flow, past the bot: as an operator with a database shell has it. */
export interface FlowDatabase {
  /** `DATABASE_URL` for the bot. */
  readonly url: string;
  readonly run: (sql: string) => void;
  readonly read: (sql: string) => readonly Record<string, unknown>[];
}

/** A database file in that folder, or where `FLOW_POSTGRES` names a server, a place of its own there. */
export function createFlowDatabase(folder: string): FlowDatabase {
  const server = process.env['FLOW_POSTGRES'];
  if (server !== undefined) return attachPostgres(server).newDatabase();
  const file = path.join(folder, 'chatops.db');
  return {
    url: `sqlite:${file}`,
    run: (sql) => openFile(file, (db) => db.exec(sql)),
    read: (sql) => openFile(file, (db) => db.prepare(sql).all()),
  };
}

function openFile<T>(file: string, use: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file);
  try {
    return use(db);
  } finally {
    db.close();
  }
}
