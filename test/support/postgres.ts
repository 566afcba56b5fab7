import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { until } from './until.ts';

/** Where the server's programs lie on this machine, or undefined. `POSTGRES_BIN` names them where they are elsewhere. */
const bin = [process.env['POSTGRES_BIN'], ...globSync('/usr/lib/postgresql/*/bin').toSorted().reverse()].find(
  (folder) => folder !== undefined && existsSync(path.join(folder, 'initdb')),
);

/** Who may be the server where the tests run as root, which it refuses to be. */
const account = bin !== undefined && userInfo().uid === 0 ? accountOf('postgres') : undefined;

export const hasPostgres = bin !== undefined;

/** Why tests with Postgres are left out here, to stand in their title; empty where they run. */
export const withoutPostgres = hasPostgres
  ? ''
  : ' (skipped: no Postgres here; apt install postgresql, or name its programs in POSTGRES_BIN)';

/** A server of its own, reached through a socket in its folder. */
export interface PostgresServer {
  /** The address of an empty place in it: a schema that nobody else uses. */
  newUrl(): string;
  /** Runs statements past any store, as an operator with a shell could. */
  run(url: string, sql: string): void;
  /** Reads past any store. */
  read(url: string, sql: string): readonly Record<string, unknown>[];
  /** Cuts every connection, as a restart of the server does. */
  cutConnections(): void;
  stop(): Promise<void>;
}

/** Starts a server; its data is gone when it is stopped. */
export async function startPostgres(): Promise<PostgresServer> {
  if (bin === undefined) throw new Error('there is no Postgres on this machine');
  const folder = mkdtempSync(path.join(tmpdir(), 'chatops-postgres-'));
  if (account) chownSync(folder, account.uid, account.gid);
  const data = path.join(folder, 'data');
  const asServer = { ...account, env: { LC_ALL: 'C.UTF-8' } };
  execFileSync(path.join(bin, 'initdb'), ['-D', data, '-U', 'chatops', '--auth=trust', '--no-sync'], {
    ...asServer,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Nobody cuts the power in a test: waiting for the disk would only take time.
  const settings = ['fsync=off', 'listen_addresses=', 'max_connections=200'].flatMap((setting) => ['-c', setting]);
  const server = spawn(path.join(bin, 'postgres'), ['-D', data, '-k', folder, ...settings], {
    ...asServer,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log = readAll(server);
  await until(
    () => `a Postgres that is ready: ${log()}`,
    () => log().includes('ready to accept connections'),
  );
  const base = `postgres://chatops@${encodeURIComponent(folder)}/postgres`;
  let schemas = 0;
  return {
    newUrl() {
      schemas += 1;
      psql(base, `create schema s${schemas}`);
      return `${base}?options=${encodeURIComponent(`-c search_path=s${schemas}`)}`;
    },
    run: (url, sql) => void psql(url, sql),
    read: (url, sql) => JSON.parse(psql(url, `select coalesce(json_agg(row), '[]') from (${sql}) as row`)),
    cutConnections: () =>
      void psql(
        base,
        `select pg_terminate_backend(pid) from pg_stat_activity
          where pid <> pg_backend_pid() and backend_type = 'client backend'`,
      ),
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function psql(url: string, sql: string): string {
  return execFileSync(path.join(bin ?? '', 'psql'), ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function readAll(server: ChildProcess): () => string {
  let text = '';
  server.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  return () => text;
}

function accountOf(name: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
