import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { createCommandRate } from '../../../src/app/input/command-rate.ts';
import { type ProcessSlackInputDeps, processSlackInput } from '../../../src/app/input/process-slack-input.ts';
import {
  GitLabError,
  LinkError,
  NotFoundError,
  PayloadError,
  SlackError,
  StoreError,
} from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { aPlan, at, someRules } from '../../support/builders.ts';
import { aLog } from '../../workers/log.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  await store.tables.plans.add(aPlan());
  await store.tables.inbox.add({ key: 'press', source: 'slack', body: '{}', receivedAt: at(0) });
});
afterEach(() => store.close());

/** Ann presses Deploy on her plan while asking who she is fails in this way. */
async function press(error: Error, commandPrefix = ''): Promise<void> {
  const [row] = await store.tables.inbox.due('slack', at(0), 1);
  if (!row) throw new Error('there is no row');
  const fail = async (): Promise<never> => {
    throw error;
  };
  const deps: Partial<ProcessSlackInputDeps> = {
    decodeSlackInput: () => ({
      kind: 'action',
      actionId: 'plan_confirm',
      value: 'plan-1',
      userId: 'U0ANN',
      channelId: 'C0DEPLOYS',
      ephemeral: true,
    }),
    commands,
    settings: () => ({
      projects: [],
      rulesFor: () => someRules(),
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
      commandPrefix,
      gitlabUrl: 'https://gitlab.example.com',
    }),
    findLink: async () => undefined,
    gitlabAs: async () => undefined,
    gitlab: { environmentNamed: fail } as Partial<ProcessSlackInputDeps['gitlab']> as ProcessSlackInputDeps['gitlab'],
    slack: { user: fail, place: fail, isShared: async () => false, groupMembers: fail, updateView: fail },
    store,
    clock: { now: () => at(10) },
    wake: () => undefined,
    commandRate: createCommandRate(),
    log: aLog().log,
  };
  await processSlackInput(row, deps as ProcessSlackInputDeps);
}

describe('a press that cannot be carried out', () => {
  it.each([
    new GitLabError('502', { status: 502, method: 'GET', path: '/', outcome: 'none' }),
    new NotFoundError('404'),
    new PayloadError('a page instead of JSON'),
    new SlackError('away', { slackCode: 'timeout', outcome: 'none', retryable: true }),
  ])('is answered at once, and the plan stays: $name', async (error) => {
    await press(error);

    expect(await store.tables.outbox.find('answer/press')).toMatchObject({
      text: expect.stringContaining('Your press was not carried out.') as string,
    });
    expect(await store.tables.inbox.due('slack', at(10), 1)).toEqual([]);
    expect(await store.tables.plans.find('plan-1')).toMatchObject({ state: 'open' });
    expect(await store.tables.audit.newest(2)).toMatchObject([
      { action: 'plan.confirm', outcome: 'failed', reason: error.code, actor: { slackUserId: 'U0ANN' } },
    ]);
  });

  it('names the command that mends it as it is called here', async () => {
    await press(new LinkError('GitLab does not take your token', { retryable: false }), 'gl-');

    const answer = JSON.stringify(await store.tables.outbox.find('answer/press'));
    expect(answer).toContain('Type /gl-chatops link to link it again.');
  });

  it('is tried again when the store failed', async () => {
    await expect(press(new StoreError('disk full'))).rejects.toThrow('disk full');

    expect(await store.tables.inbox.due('slack', at(10), 1)).toHaveLength(1);
  });
});
