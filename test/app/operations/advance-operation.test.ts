import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advanceOperation } from '../../../src/app/operations/advance-operation.ts';
import { GitLabError, NotFoundError, PayloadError } from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { anOperation, at } from '../../support/builders.ts';
import { aLog } from '../../workers/log.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  await store.tables.operations.add(anOperation());
});
afterEach(() => store.close());

const absent = (): Promise<never> => Promise.reject(new Error('not asked for here'));

describe('an operation whose jobs cannot be read', () => {
  it.each([
    ['GitLab is away', new GitLabError('502', { status: 502, method: 'GET', path: '/', outcome: 'none' }), 5],
    ['its pipeline was deleted', new NotFoundError('404'), 60],
    ['the answer makes no sense', new PayloadError('a page instead of JSON'), 60],
  ])('is left as it is and looked at later when %s', async (_, error, seconds) => {
    await advanceOperation('operation-1', {
      gitlabAs: async () => undefined,
      settings: absent as never,
      gitlab: { jobs: () => Promise.reject(error) } as never,
      slack: { place: absent, groupMembers: absent },
      maskSecrets: (text) => text,
      prometheus: { query: absent },
      readLiveVersion: absent,
      store,
      lease: { ensure: absent },
      clock: { now: () => at(10) },
      wake: () => undefined,
      checkpoint: () => undefined,
      counters: { operation: () => undefined },
      log: aLog().log,
    });

    expect(await store.tables.operations.find('operation-1')).toMatchObject({
      state: 'active',
      nextCheckAt: at(10 + seconds),
    });
  });
});
