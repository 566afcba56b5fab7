import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noteEndedRollback } from '../../../src/app/rollback/note-ended-rollback.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { anOperation, at, project } from '../../support/builders.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
});
afterEach(() => store.close());

const step = { kind: 'play', job: 'rollback-prod', environment: undefined, state: 'succeeded', jobId: 9 } as const;
const byJob = anOperation({
  kind: 'rollback',
  state: 'succeeded',
  steps: [{ ...step, startedAt: at(5), endedAt: at(60) }],
});

/** What is written down to be told, of the operation as it ended. */
async function noted(operation: Operation): Promise<readonly unknown[]> {
  await store.transaction((tables) => noteEndedRollback(tables, operation, at(61)));
  return (await store.tables.inbox.due('internal', at(61), 9)).map(({ body }) => JSON.parse(body) as unknown);
}

describe('noteEndedRollback', () => {
  it('tells of a rollback job, with the time since the environment is broken', async () => {
    await store.tables.environments.save({
      projectId: project.id,
      environment: 'production',
      newestId: 8,
      successes: [],
      failures: 1,
      failingSince: at(30),
      heardAt: at(30),
    });

    expect(await noted(byJob)).toMatchObject([
      { kind: 'deployment_ended', ended: { outcome: 'succeeded', rollback: true, restoredAfterMs: 30_000 } },
    ]);
    expect(await noted(byJob)).toHaveLength(1);
  });

  it.each<readonly [string, Partial<Operation>]>([
    ['a deploy', { kind: 'deploy' }],
    ['a rollback that runs a deploy job again, whose deployment is told', { steps: [{ ...step, kind: 'retry' }] }],
    ['one that never came to its job', { steps: [{ ...step, jobId: undefined }] }],
    ['one that was canceled', { state: 'canceled' }],
  ])('tells nothing of %s', async (_what, change) => {
    expect(await noted({ ...byJob, ...change })).toEqual([]);
  });
});
