import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';
import { z } from 'zod';
import type { Log, Wake } from '../app/ports.ts';
import type { Sharing } from './open-store.ts';
import { postgresOptions } from './postgres-driver.ts';
import type { Schema } from './schema.ts';

const Worker = z.enum(['inbox', 'outbox', 'operations']) satisfies z.ZodType<Parameters<Wake>[0]>;

const reconnectMs = 1_000;

/** The processes of one store reach each other through its own database: LISTEN and NOTIFY, on a channel of its schema. */
export async function createPostgresSharing(db: Kysely<Schema>, url: string, log: Log | undefined): Promise<Sharing> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  // Names of channels are short, and those of schemas may not be.
  const channel = `chatops_${createHash('sha256')
    .update(rows[0]?.schema ?? '')
    .digest('hex')
    .slice(0, 32)}`;
  return {
    wakeLeader: (worker) => {
      sql`select pg_notify(${channel}, ${worker})`
        .execute(db)
        .catch((error: unknown) => log?.warn({ err: error }, 'leader not woken, it will look by itself'));
    },
    listen(heard) {
      const stopping = new AbortController();
      const listening = keepListening({ url, channel, heard, log, signal: stopping.signal });
      return {
        async stop() {
          stopping.abort();
          await listening;
        },
      };
    },
  };
}

interface Listening {
  readonly url: string;
  readonly channel: string;
  readonly heard: Wake;
  readonly log: Log | undefined;
  readonly signal: AbortSignal;
}

/** Until stopped; a connection that breaks is made again. */
async function keepListening(about: Listening): Promise<void> {
  while (!about.signal.aborted) {
    try {
      await listenOnce(about);
    } catch (error) {
      about.log?.warn({ err: error }, 'not told what other processes take in, will try again');
      await pause(reconnectMs, undefined, { signal: about.signal }).catch(() => undefined);
    }
  }
}

/** Resolves when stopped, rejects when the connection breaks. */
async function listenOnce({ url, channel, heard, signal }: Listening): Promise<void> {
  const client = new Client(postgresOptions(url));
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  client.on('error', reject);
  client.on('end', () => reject(new Error('the database closed the connection')));
  client.on('notification', ({ payload }) => {
    const worker = Worker.safeParse(payload);
    if (worker.success) heard(worker.data);
  });
  const stop = (): void => resolve(undefined);
  signal.addEventListener('abort', stop);
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end();
  }
}
