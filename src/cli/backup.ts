import path from 'node:path';
import type { Environment } from '../config/environment.ts';
import { UsageError } from '../domain/errors.ts';
import { backupSqlite } from '../store/backup-sqlite.ts';
import { databasePath } from './audit.ts';
import { readFlags } from './flags.ts';

const usage = 'Type: chatops backup /backups/chatops-2026-01-31.db';

/**
 * `chatops backup <file>`: copies the database into a new file, beside a bot that may be running.
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
  backupSqlite({ from: databasePath(env, cwd), to });
  print(`Copied into ${to}`);
}
