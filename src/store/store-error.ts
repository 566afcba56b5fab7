import { AppError, StoreError } from '../domain/errors.ts';

/** SQLite's primary result codes that an operator can do something about. @see https://sqlite.org/rescode.html */
const hints: Readonly<Record<number, string>> = {
  5: 'Another process is writing to the database for a long time. Stop the other process or wait for its backup.',
  6: 'Another process is writing to the database for a long time. Stop the other process or wait for its backup.',
  8: 'The database is read-only. Make the file of DATABASE_URL and its folder writable for this user.',
  10: 'The disk failed to read or write. Check the disk and the system log; the last commit is safe.',
  11: 'The database file is damaged. Stop, keep a copy, and restore the last backup.',
  13: 'The disk is full. Free some space; work goes on from the last commit.',
  14: 'Make the folder of DATABASE_URL exist and writable for this user.',
  26: 'The file of DATABASE_URL is not a SQLite database. Point DATABASE_URL to another file, or move this one away.',
};

const systemHints: Readonly<Record<string, string>> = {
  ENOENT: 'The folder of DATABASE_URL does not exist. Create it, or point DATABASE_URL elsewhere.',
  EACCES: 'Make the file of DATABASE_URL and its folder writable for this user.',
  EPERM: 'Make the file of DATABASE_URL and its folder writable for this user.',
  EROFS: 'The file of DATABASE_URL is on a read-only disk. Mount it writable, or point DATABASE_URL elsewhere.',
  EISDIR: 'DATABASE_URL names a folder. Add a file name, e.g. sqlite:/data/chatops.db.',
  ENOSPC: 'The disk is full. Free some space.',
};

const reach = 'Check host and port in DATABASE_URL, and that the database server runs and lets this machine in.';

/** What stops a connection, and Postgres's own codes. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const postgresHints: Readonly<Record<string, string>> = {
  ECONNREFUSED: reach,
  ECONNRESET: reach,
  EHOSTUNREACH: reach,
  ENOTFOUND: reach,
  ETIMEDOUT: reach,
  '08001': reach,
  '25006':
    'The database takes no writes: it is a standby, or it was made read-only. Point DATABASE_URL to the primary.',
  '28000': 'The database server lets this user not in. Check user and password in DATABASE_URL and its pg_hba.conf.',
  '28P01': 'The database server refuses the password. Check user and password in DATABASE_URL.',
  '3D000': 'There is no such database. Create it, or name another one in DATABASE_URL.',
  '3F000': 'There is no schema to make tables in. Create it, or name another one in the search_path of this user.',
  '42501': 'This user may not make or change tables there. Grant it, or let the user own the database.',
  '53100': 'The disk of the database server is full. Free some space; work goes on from the last commit.',
  '53300':
    'The database server has no connection left. Each process of the bot takes up to eleven; raise max_connections.',
  '55P03': 'Another transaction takes long. Look for it in pg_stat_activity; it is tried again.',
  '57P03': 'The database server starts or stops. Wait until it is up.',
};

/** What the driver threw, as a `StoreError` whose hint says what to do. Errors of ours pass through as they are. */
export function toStoreError(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new StoreError(`${doing}: ${text}`, { cause: error, hint: hintFor(error) });
}

function hintFor(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // The low byte is the primary code; the rest only refines it.
  if ('errcode' in error && typeof error.errcode === 'number') return hints[error.errcode & 0xff] ?? '';
  if ('code' in error && typeof error.code === 'string')
    return systemHints[error.code] ?? postgresHints[error.code] ?? '';
  return '';
}
