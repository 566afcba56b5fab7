import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catchUp, type ReconcileDeps, reconcile } from '../../../src/app/pipelines/reconcile.ts';
import { NotFoundError, PayloadError } from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { aPipeline, at, project, someFacts, someRules } from '../../support/builders.ts';
import { aLog } from '../../workers/log.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
});
afterEach(() => store.close());

const paths = [project.path, 'acme/other'];

function deps(gitlab: Partial<ReconcileDeps['gitlab']>): ReconcileDeps {
  return {
    settings: () => ({
      projects: paths.map((path) => someRules({ path })),
      rulesFor: (path) => someRules({ path }),
      operationsAdmins: [],
      operationsEmergency: [],
      freezes: { at: () => undefined, problem: () => undefined },
      placeOf: () => 'chatops.yml line 2',
      identityUsers: {},
      identityEmail: false,
      planExpiresMs: 900_000,
      pollEveryMs: 60_000,
      watchdog: { jobStartMs: 30_000, noDeployMs: undefined, failures: 3, lockNagMs: 28_800_000 },
      retention: { eventsMs: 1, threadsMs: 1, operationsMs: 1 },
      commandPrefix: '',
      gitlabUrl: 'https://gitlab.example.com',
    }),
    gitlab: {
      project: async (path) => ({ ...project, id: paths.indexOf(String(path)) + 7, path: String(path) }),
      newestReleases: async () => [],
      pipelinesUpdatedSince: async () => [],
      pipelinesOfSha: async () => [],
      commitAuthorEmail: async () => undefined,
      bridges: async () => [],
      deploymentsUpdatedSince: async () => [],
      pipeline: async (ref, id) => someFacts({ project: ref, id, status: 'success' }),
      jobs: async () => [],
      ciGraph: () => Promise.reject(new NotFoundError('no configuration')),
      ...gitlab,
    },
    slack: { userByEmail: async () => undefined },
    store,
    clock: { now: () => at(60) },
    wake: () => undefined,
    log: aLog().log,
  };
}

describe('reconcile', () => {
  it('reads the pipelines after one that was deleted in GitLab', async () => {
    await store.tables.pipelines.save(aPipeline({ id: 811 }));
    await store.tables.pipelines.save(aPipeline({ id: 812 }));

    await reconcile(
      deps({
        pipeline: async (ref, id) => {
          if (id === 811) throw new NotFoundError('404');
          return someFacts({ project: ref, id, status: 'success' });
        },
      }),
    );

    expect(await store.tables.pipelines.find(7, 812)).toMatchObject({ status: 'success' });
    expect(await store.tables.meta.get('polled_at/7')).toBe(String(at(60).getTime()));
  });

  it('reads the other projects when the answer about one makes no sense', async () => {
    await reconcile(
      deps({
        pipelinesUpdatedSince: async (id) => {
          if (id === 7) throw new PayloadError('a page instead of JSON');
          return [];
        },
      }),
    );

    expect(await store.tables.meta.get('polled_at/7')).toBeUndefined();
    expect(await store.tables.meta.get('polled_at/8')).toBe(String(at(60).getTime()));
  });
});

describe('catchUp', () => {
  it('lets the bot start whatever goes wrong, and logs it', async () => {
    const { log, lines } = aLog();

    await catchUp({ ...deps({ pipelinesUpdatedSince: () => Promise.reject(new TypeError('a mistake')) }), log });

    expect(lines).toMatchObject([{ level: 'error', message: 'catching up failed' }]);
  });
});
