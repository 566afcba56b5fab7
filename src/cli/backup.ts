import path from 'node:path';
import type { Environment } from '../config/environment.ts';
import { environmentSettings } from '../config/schema.ts';
import { ConfigError, UsageError } from '../domain/errors.ts';
import { backupSqlite } from '../store/backup-sqlite.ts';
import { databaseAddress } from './database-address.ts';
import { readFlags } from './flags.ts';

const usage = 'Type: chatops backup /backups/chatops-2026-01-31.db';

/**
 * `chatops backup <file>`: copies the SQLite database into a new file, beside a bot that may be running.
 * @throws UsageError, ConfigError, StoreError
 */
export function runBackup(options: {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  readonly print: (line: string) => void;
}): void {
  const { args, env, cwd, print } = options;
  const { positionals } = readFlags({ args: [...args], allowPositionals: true, options: {} }, usage);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('Into which file?', { hint: usage });
  const to = path.resolve(cwd, file);
  const database = databaseAddress(env, cwd);
  if (database.kind === 'postgres') {
    throw new ConfigError([
      {
        setting: environmentSettings.database.name,
        problem: 'names a Postgres database, and a backup copies a SQLite file',
        mend: 'Copy a Postgres database with pg_dump, also while the bot runs',
      },
    ]);
  }
  backupSqlite({ from: database.path, to });
  print(`Copied into ${to}`);
}
