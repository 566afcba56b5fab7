import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addLogExcerpt, logExcerptRow } from '../../../src/app/notices/add-log-excerpt.ts';
import { GitLabError, NotFoundError } from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { at } from '../../support/builders.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  const work = { projectId: 7, pipelineId: 812, jobId: 101, messageKey: 'C1/pipeline:812/job:101/failed' };
  await store.tables.inbox.add(logExcerptRow(work, { version: 1, now: at(0) }));
});
afterEach(() => store.close());

/** Does the work while asking for the log fails so. */
async function add(error: Error): Promise<void> {
  const [row] = await store.tables.inbox.due('internal', at(0), 1);
  if (!row) throw new Error('there is no row');
  await addLogExcerpt(row, {
    gitlab: {
      async jobLog() {
        throw error;
      },
    },
    store,
    clock: { now: () => at(1) },
    wake: () => undefined,
    maskSecrets: (text) => text,
  });
}

function refused(status: number): GitLabError {
  return new GitLabError(String(status), { status, method: 'GET', path: '/', outcome: 'none' });
}

describe('addLogExcerpt', () => {
  it.each([
    ['was erased', new NotFoundError('404')],
    ['may not be seen by the bot', refused(403)],
  ])('asks once for a log that %s', async (_, error) => {
    await add(error);

    expect(await store.tables.inbox.state()).toMatchObject({ waiting: 0, dead: 0 });
  });

  it('asks again when GitLab is away', async () => {
    await expect(add(refused(502))).rejects.toThrow('502');

    expect(await store.tables.inbox.state()).toMatchObject({ waiting: 1 });
  });
});
