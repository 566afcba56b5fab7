import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnswerOperationDeps,
  answerOperation,
  type OperationPress,
} from '../../../src/app/operations/answer-operation.ts';
import type { ProjectRules } from '../../../src/domain/project.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { ann, anOperation, aStep, at, someRules } from '../../support/builders.ts';
import { aLog } from '../../workers/log.ts';

let store: OpenStore;
let counted: (readonly string[])[];

beforeEach(async () => {
  counted = [];
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  await store.tables.operations.add(anOperation({ steps: [aStep({ kind: 'ask', state: 'waiting' }), aStep()] }));
  await store.tables.inbox.add({ key: 'press', source: 'slack', body: '{}', receivedAt: at(0) });
});
afterEach(() => store.close());

interface World {
  readonly accessLevel: number;
  readonly rules?: ProjectRules | undefined;
  readonly restricted?: boolean;
}

/** What came of the press, as the audit has it. */
async function press(answer: OperationPress['answer'], slackUserId: string, world: World): Promise<unknown> {
  const [row] = await store.tables.inbox.due('slack', at(0), 1);
  if (!row) throw new Error('there is no row');
  const deps: AnswerOperationDeps = {
    settings: () => ({
      projects: [],
      rulesFor: () => world.rules,
      operationsAdmins: [],
      operationsEmergency: [],
      freezes: { at: () => undefined, problem: () => undefined },
      placeOf: () => 'chatops.yml line 2',
      identityUsers: { U0ANN: 'ann', U0MIA: 'mia' },
      identityEmail: false,
      planExpiresMs: 900_000,
      pollEveryMs: 60_000,
      watchdog: { jobStartMs: 30_000, noDeployMs: undefined, failures: 3, lockNagMs: 28_800_000 },
      retention: { eventsMs: 1, threadsMs: 1, operationsMs: 1 },
      commandPrefix: '',
      gitlabUrl: 'https://gitlab.example.com',
    }),
    gitlab: {
      userByEmail: async () => undefined,
      userByName: async (username) => ({ id: 5, username, name: username }),
      accessLevel: async () => world.accessLevel,
      groupAccessLevel: async () => 0,
      protections: async () => [],
      environmentNamed: async () => undefined,
    },
    slack: {
      groupMembers: async () => [],
      user: async (id) => ({ id, name: id, timezone: 'UTC', restricted: world.restricted ?? false }),
    },
    findLink: async () => undefined,
    store,
    clock: { now: () => at(10) },
    wake: () => undefined,
    counters: { operation: (...ended) => void counted.push(ended) },
    log: aLog().log,
  };
  const to = { kind: 'ephemeral', channel: 'C0DEPLOYS', user: slackUserId, threadTs: undefined } as const;
  await answerOperation({ operationId: 'operation-1', answer, slackUserId, channel: to.channel, to, row }, deps);
  const newest = await store.tables.audit.newest(2);
  const entry = newest.find(({ action }) => action !== 'operation.end');
  return entry && [entry.outcome, entry.reason];
}

describe('answerOperation', () => {
  it('counts an operation that a press ends, and none that goes on', async () => {
    await press('promote', ann.slackUserId, { accessLevel: 40, rules: someRules() });
    expect(counted).toEqual([]);

    await store.tables.inbox.add({ key: 'another', source: 'slack', body: '{}', receivedAt: at(0) });
    await press('cancel', ann.slackUserId, { accessLevel: 40, rules: someRules() });
    expect(counted).toEqual([['deploy', 'canceled']]);
  });

  it('refuses a developer to promote to a production that GitLab does not have yet', async () => {
    expect(await press('promote', 'U0MIA', { accessLevel: 30, rules: someRules() })).toEqual([
      'refused',
      'role_too_low',
    ]);
  });

  it('lets a maintainer promote there', async () => {
    expect(await press('promote', 'U0MIA', { accessLevel: 40, rules: someRules() })).toEqual(['allowed', undefined]);
  });

  it('promotes nothing in a project that is not configured any more', async () => {
    expect(await press('promote', ann.slackUserId, { accessLevel: 50 })).toEqual(['refused', 'project_gone']);
  });

  it('still lets the one who asked stop it there', async () => {
    expect(await press('stop', ann.slackUserId, { accessLevel: 0 })).toEqual(['allowed', undefined]);
  });

  it('refuses the one who asked when they have become a guest', async () => {
    const world = { accessLevel: 40, rules: someRules(), restricted: true };

    expect(await press('cancel', ann.slackUserId, world)).toEqual(['refused', 'guest']);
  });
});
