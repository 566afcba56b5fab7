import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advanceOperation } from '../../../src/app/operations/advance-operation.ts';
import { GitLabError, NotFoundError, PayloadError } from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { aJob, anOperation, aStep, at } from '../../support/builders.ts';
import { aLog } from '../../workers/log.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  await store.tables.operations.add(anOperation());
});
afterEach(() => store.close());

const absent = (): Promise<never> => Promise.reject(new Error('not asked for here'));

function advance(gitlab: Readonly<Record<string, unknown>>): Promise<void> {
  return advanceOperation('operation-1', {
    gitlabAs: async () => undefined,
    settings: () => ({ rulesFor: () => undefined, commandPrefix: '' }) as never,
    gitlab: gitlab as never,
    slack: { place: absent, groupMembers: absent },
    maskSecrets: (text) => text,
    prometheus: { query: absent },
    readLiveVersion: absent,
    store,
    lease: { ensure: async () => undefined },
    clock: { now: () => at(10) },
    wake: () => undefined,
    checkpoint: () => undefined,
    counters: { operation: () => undefined },
    log: aLog().log,
  });
}

describe('an operation whose jobs cannot be read', () => {
  it.each([
    ['GitLab is away', new GitLabError('502', { status: 502, method: 'GET', path: '/', outcome: 'none' }), 5],
    ['its pipeline was deleted', new NotFoundError('404'), 60],
    ['the answer makes no sense', new PayloadError('a page instead of JSON'), 60],
  ])('is left as it is and looked at later when %s', async (_, error, seconds) => {
    await advance({ jobs: () => Promise.reject(error) });

    expect(await store.tables.operations.find('operation-1')).toMatchObject({
      state: 'active',
      nextCheckAt: at(10 + seconds),
    });
  });
});

describe('a call that GitLab refuses', () => {
  const variables = { ROWS: '100' };
  it.each([
    ['a job that cannot be started now', 'refused_unplayable', 400, {}],
    ['perhaps for the variables', 'refused_variables', 403, { variables }],
    ['a job that is not canceled', 'refused_cancel', 403, { steps: [aStep({ kind: 'cancel', cancelsJobId: 101 })] }],
  ])('ends the operation with why: %s', async (_, reason, status, change) => {
    await store.tables.operations.save(anOperation(change));
    const job = aJob({ name: 'deploy-prod', status: 'steps' in change ? 'running' : 'manual' });
    const refuse = (): Promise<never> =>
      Promise.reject(new GitLabError('no', { status, method: 'POST', path: '/', outcome: 'none' }));

    await advance({
      jobs: async () => [job],
      job: async () => job,
      playJob: refuse,
      cancelJob: refuse,
      approvalOf: async () => undefined,
      freezePeriods: async () => [],
      successfulDeployments: async () => [],
    });

    expect(await store.tables.operations.find('operation-1')).toMatchObject({ state: 'failed', steps: [{ reason }] });
  });
});
