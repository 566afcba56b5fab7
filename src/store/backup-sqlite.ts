import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../domain/errors.ts';
import { toStoreError } from './store-error.ts';

const busyTimeoutMs = 5_000;

/**
 * Copies a SQLite store into a new file, beside a bot that may be running: all of it as it was at one moment, on the
 * disk when this returns, and for this user only. Throws `StoreError`, also when the file is there already.
 */
export function backupSqlite({ from, to }: { readonly from: string; readonly to: string }): void {
  if (!existsSync(from))
    throw new StoreError(`there is no database ${from}`, { hint: 'Set DATABASE_URL to sqlite: and its path.' });
  createEmpty(to);
  try {
    const database = new DatabaseSync(from, { readOnly: true, timeout: busyTimeoutMs });
    try {
      // SQLite takes an empty file as the target, so that the file has our mode from its first byte on.
      database.prepare('vacuum into ?').run(to);
    } finally {
      database.close();
    }
    sync(to);
  } catch (error) {
    // What is there of it is no backup.
    rmSync(to, { force: true });
    throw toStoreError(error, `cannot copy the database ${from}`);
  }
}

function createEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new StoreError(exists ? `there is a file ${file} already` : `cannot write ${file}`, {
      cause,
      hint: exists
        ? 'Name another one: a backup overwrites nothing.'
        : 'Name a file in a folder that this user may write to.',
    });
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
