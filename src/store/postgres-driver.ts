import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  type PostgresPoolClient,
  PostgresQueryCompiler,
} from 'kysely';
import { DatabaseError, Pool, type PoolConfig, type QueryResult, types } from 'pg';
import type { Log } from '../app/ports.ts';
import { toStoreError } from './store-error.ts';

/** Commands wait for GitLab, not for the database, and transactions run one after the other. */
const connections = 10;

/** How long a statement, and the wait for another transaction, may take, and how long one may stand still. */
const limits: PoolConfig = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 15_000,
  lock_timeout: 5_000,
  // A process that froze in the middle must not hold up the one that takes over from it.
  idle_in_transaction_session_timeout: 5_000,
  // Longer than the server's own, which says more: this is for one that cannot be reached any more.
  query_timeout: 20_000,
  keepAlive: true,
};

const int8 = types.builtins.INT8;

/** How to reach a Postgres, with numbers as numbers: ids and times are far below 2^53. */
export function postgresOptions(url: string): PoolConfig {
  return {
    connectionString: url,
    application_name: 'gitlab-chatops',
    ...limits,
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : types.getTypeParser(oid, format)) },
  };
}

/** Kysely's Postgres dialect over `pg`. Failures come out as `StoreError`. */
export function createPostgresDialect(url: string, log: Log | undefined): Dialect {
  const pool = new Pool({ ...postgresOptions(url), max: connections });
  // One that breaks is replaced with the next statement, idle or in use; unheard, it would end the process.
  const broke = (error: Error): void => log?.warn({ err: error }, 'a connection to the database broke');
  pool.on('error', broke);
  pool.on('connect', (client) => client.on('error', broke));
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () =>
      new SerialPostgresDriver({
        pool: { options: pool.options, connect: () => connect(pool), end: () => pool.end() },
      }),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

/**
 * Transactions run one after the other, as on SQLite, and each sees all that those before it did: what a fold read
 * stays true until it is written, without a rule of its own for each table. The load is tens of events a second.
 */
class SerialPostgresDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Of this schema: others may keep their own in the same database.
    const lock = `select pg_advisory_xact_lock(hashtext('gitlab-chatops'), hashtext(current_schema()))`;
    try {
      await connection.executeQuery(CompiledQuery.raw(`begin; ${lock}`));
    } catch (error) {
      // For Kysely it was never begun: without this the next one to get the connection would be in it. Where even this
      // fails, the connection is broken, and nobody gets it.
      await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
      throw error;
    }
  }
}

async function connect(pool: Pool): Promise<PostgresPoolClient> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toStoreError(error, 'cannot connect to the database');
  });
  let isBroken = false;
  const query = async (text: string, parameters: readonly unknown[]): Promise<QueryResult> => {
    try {
      return await client.query(text, storable(parameters));
    } catch (error) {
      // The server's own errors leave the connection usable; after any other nobody knows what it still answers.
      isBroken ||= !(error instanceof DatabaseError);
      throw toStoreError(error, 'the database refused a statement');
    }
  };
  return {
    // Of its two forms the one without a cursor: nothing here streams.
    query: query as unknown as PostgresPoolClient['query'],
    release: (isDiscarded) => client.release(isBroken || isDiscarded === true),
  };
}

/** Postgres keeps no NUL in a text. Logs of jobs can hold one, and a message must not be lost over it. */
function storable(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) => (typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value));
}
