import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { until } from './until.ts';

/** Where the server's programs lie on this machine, or undefined. `POSTGRES_BIN` names them where they are elsewhere. */
const bin = [process.env['POSTGRES_BIN'], ...globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed()].find(
  (folder) => folder !== undefined && existsSync(path.join(folder, 'initdb')),
);

/** Who may be the server where the tests run as root, which it refuses to be. */
const account = bin !== undefined && userInfo().uid === 0 ? accountOf('postgres') : undefined;

export const hasPostgres = bin !== undefined;

/** Why tests with Postgres are left out here, to stand in their title; empty where they run. */
export const withoutPostgres = hasPostgres
  ? ''
  : ' (skipped: no Postgres here; apt install postgresql, or name its programs in POSTGRES_BIN)';

/** A place of its own in a server: a schema that nobody else uses, empty at first. */
export interface PostgresPlace {
  readonly url: string;
  /** Runs statements past any store, as an operator with a shell could. */
  readonly run: (sql: string) => void;
  readonly read: (sql: string) => readonly Record<string, unknown>[];
}

/** A server, reached through the socket in its folder. */
export interface PostgresServer {
  readonly address: string;
  newDatabase(): PostgresPlace;
  /** Cuts every connection, as a restart of the server does. */
  cutConnections(): void;
}

// A test run that is stopped half-way leaves its server behind.
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const server of running) server.kill('SIGINT');
});

/** Starts a server of its own; its data is gone when it is stopped. */
export async function startPostgres(): Promise<PostgresServer & { stop(): Promise<void> }> {
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
  running.add(server);
  server.once('exit', () => running.delete(server));
  const log = readAll(server);
  await until(
    () => `a Postgres that is ready: ${log()}`,
    () => log().includes('ready to accept connections'),
  );
  return {
    ...attachPostgres(`postgres://chatops@${encodeURIComponent(folder)}/postgres`),
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server that another process has started. */
export function attachPostgres(address: string): PostgresServer {
  return {
    address,
    newDatabase() {
      const schema = `s${randomUUID().replaceAll('-', '')}`;
      psql(address, `create schema ${schema}`);
      const url = `${address}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
      return {
        url,
        run: (sql) => void psql(url, sql),
        read: (sql) => z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(psql(url, asJson(sql)))),
      };
    },
    cutConnections: () =>
      void psql(
        address,
        `select pg_terminate_backend(pid) from pg_stat_activity
          where pid <> pg_backend_pid() and backend_type = 'client backend'`,
      ),
  };
}

function asJson(sql: string): string {
  return `select coalesce(json_agg(row), '[]') from (${sql}) as row`;
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
