import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspectStore, readLastWebhook, readWatches } from '../../src/store/inspect.ts';
import type { OpenStore } from '../../src/store/open-store.ts';
import { createPostgresStore } from '../../src/store/postgres.ts';
import { readAudit } from '../../src/store/read-audit.ts';
import { verifyAudit } from '../../src/store/verify-audit.ts';
import { hasPostgres, type PostgresPlace, startPostgres, withoutPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { storeSuite } from './store-suite.ts';
import { aMessage, anEntry, anInput, at } from './suite/builders.ts';
import type { Opened } from './suite/opened.ts';

function open(url: string): Promise<OpenStore> {
  return createPostgresStore({ url, now: () => at(0) });
}

describe.skipIf(!hasPostgres)(`on a real Postgres${withoutPostgres}`, () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  async function openPostgres(now: () => Date = () => at(0)): Promise<Opened> {
    const { url, run, read } = server.newDatabase();
    const opened: OpenStore[] = [];
    const again = async (): Promise<OpenStore> => {
      const store = await createPostgresStore({ url, now, sharedMs: async () => now().getTime() });
      opened.push(store);
      return store;
    };
    return {
      store: await again(),
      again,
      run,
      read,
      async dispose() {
        for (const each of opened) await each.close();
      },
    };
  }

  storeSuite('createPostgresStore', openPostgres);

  describe('createPostgresStore', () => {
    let place: PostgresPlace;

    beforeEach(() => {
      place = server.newDatabase();
    });

    const use = async <T>(work: (store: OpenStore) => Promise<T>, now: () => Date = () => at(0)): Promise<T> => {
      const store = await createPostgresStore({ url: place.url, now });
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    };

    it('makes its tables once, whoever of several that start together comes first', async () => {
      const stores = await Promise.all([1, 2, 3].map(() => open(place.url)));

      expect(await Promise.all(stores.map((store) => store.acceptInput(anInput())))).toContain(true);
      expect(place.read('select key from inbox')).toHaveLength(1);
      await Promise.all(stores.map((store) => store.close()));
    });

    it('stores text and integers only, which every database has', async () => {
      await use(async () => undefined);

      const types = place.read(
        'select distinct data_type as type from information_schema.columns where table_schema = current_schema()',
      );

      expect(new Set(types.map(({ type }) => type))).toEqual(new Set(['bigint', 'text']));
    });

    it('keeps a message whose text holds what Postgres cannot: the log of a job may be anything', async () => {
      await use(async ({ tables }) => {
        await tables.outbox.put({ ...aMessage(), text: 'before\0after' }, at(0));

        expect(await tables.outbox.due(at(0), 1)).toMatchObject([{ text: 'before\uFFFDafter' }]);
      });
    });

    it('goes on after its connections were cut, in use or idle', async () => {
      await use(async (store) => {
        const cut = store.transaction(async ({ meta }) => {
          await meta.set('half', 'done');
          server.cutConnections();
          await meta.set('whole', 'done');
        });

        await expect(cut).rejects.toMatchObject({ code: 'store' });
        expect(await store.tables.meta.get('half')).toBeUndefined();
        server.cutConnections();
        // Each connection says once that it is gone.
        await vi.waitFor(() => store.acceptInput(anInput()), { timeout: 30_000 });
        expect(await store.tables.inbox.state()).toMatchObject({ waiting: 1 });
      });
    });

    it('fails when another transaction takes too long, and is as good as new for the next', async () => {
      await use(async (store) => {
        const other = new Client(place.url);
        await other.connect();
        await other.query(
          `begin; select pg_advisory_xact_lock(hashtext('gitlab-chatops'), hashtext(current_schema()))`,
        );
        const waiting = Array.from({ length: 10 }, () => store.transaction(({ meta }) => meta.set('a', '1')));

        for (const each of await Promise.allSettled(waiting)) {
          expect(each).toMatchObject({ status: 'rejected', reason: { hint: expect.stringContaining('takes long') } });
        }
        await other.end();

        const reading = Array.from({ length: 10 }, () => store.tables.meta.get('a'));
        expect(await Promise.all(reading)).toEqual(Array.from({ length: 10 }, () => undefined));
        await store.transaction(({ meta }) => meta.set('a', '1'));
        expect(await store.tables.meta.get('a')).toBe('1');
      });
    });

    it('goes by the clock of the database: one that is an hour ahead of it takes no lease that is held', async () => {
      await use(
        (store) => store.lease({ holder: 'a', holderLabel: 'a' }).tryAcquire(),
        () => new Date(),
      );

      const ahead = await use(
        (store) => store.lease({ holder: 'b', holderLabel: 'b' }).tryAcquire(),
        () => new Date(Date.now() + 3_600_000),
      );

      expect(ahead).toMatchObject({ held: false, holderId: 'a' });
    });

    it('wakes the workers of whoever listens, again after the connection was cut, and tells nobody in another schema', async () => {
      const elsewhere = await open(server.newDatabase().url);
      const strangers: string[] = [];
      const stranger = elsewhere.sharing?.listen((worker) => strangers.push(worker));
      await use(async (one) =>
        use(async (other) => {
          const heard: string[] = [];
          const ear = one.sharing?.listen((worker) => heard.push(worker));
          const wake = async (worker: 'inbox' | 'outbox'): Promise<void> => {
            await until(`${worker} was woken`, () => {
              other.sharing?.wakeLeader(worker);
              return heard.includes(worker);
            });
          };

          await wake('inbox');
          server.cutConnections();
          await wake('outbox');

          await ear?.stop();
          expect(strangers).toEqual([]);
        }),
      );
      await stranger?.stop();
      await elsewhere.close();
    });

    it('names the mend when it cannot be used', async () => {
      await expect(open(server.address.replace('/postgres', '/nowhere'))).rejects.toMatchObject({
        code: 'store',
        hint: expect.stringContaining('no such database'),
      });
      await expect(open('postgres://chatops:sesame@127.0.0.1:1/chatops')).rejects.toMatchObject({
        hint: expect.stringContaining('Check host and port'),
        message: expect.not.stringContaining('sesame'),
      });
    });

    it('is read by others beside the bot, and makes nothing where there is nothing', async () => {
      const address = { kind: 'postgres', url: place.url } as const;
      expect(await inspectStore(address, at(0))).toBeUndefined();
      expect(await readWatches(address)).toEqual([]);
      await expect(readAudit(address, (links) => verifyAudit(links, undefined))).rejects.toMatchObject({
        code: 'store',
      });
      expect(place.read('select * from information_schema.tables where table_schema = current_schema()')).toEqual([]);

      await use(async (store) => {
        await store.acceptInput(anInput());
        for (let n = 0; n < 1_100; n += 1) await store.tables.audit.append(anEntry({ action: `a${n}` }));
        expect(await inspectStore(address, at(0))).toMatchObject({ integrity: 'ok', inbox: { waiting: 1 } });
        expect(await readLastWebhook(address, 7)).toBeUndefined();
        expect(await readAudit(address, (links) => verifyAudit(links, undefined))).toMatchObject({
          kind: 'whole',
          entries: 1_100,
        });
      });
    });

    it('shows an entry of the audit that somebody changed past its triggers', async () => {
      await use(async ({ tables }) => {
        for (const action of ['one', 'two', 'three']) await tables.audit.append(anEntry({ action }));
      });
      place.run(`alter table audit disable trigger audit_append_only;
        update audit set entry = replace(entry, 'two', 'new') where seq = 2`);

      const verdict = await readAudit({ kind: 'postgres', url: place.url }, (links) => verifyAudit(links, undefined));

      expect(verdict).toEqual({ kind: 'broken', seq: 2, fault: 'changed' });
    });
  });
});
