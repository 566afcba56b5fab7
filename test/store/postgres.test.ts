import { afterAll, beforeAll, describe } from 'vitest';
import type { OpenStore } from '../../src/store/open-store.ts';
import { createPostgresStore } from '../../src/store/postgres.ts';
import { hasPostgres, startPostgres, withoutPostgres } from '../support/postgres.ts';
import { storeSuite } from './store-suite.ts';
import { at } from './suite/builders.ts';
import type { Opened } from './suite/opened.ts';

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
});
