import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../src/app/sweep.ts';
import type { OpenStore } from '../../src/store/open-store.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { anEntry, anInput } from '../store/suite/builders.ts';
import { at, someRules } from '../support/builders.ts';
import { aLog } from '../workers/log.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
});
afterEach(() => store.close());

describe('sweep', () => {
  it('deletes what was worked on once retention is over, and of the audit nothing, ever', async () => {
    const { inbox, audit } = store.tables;
    const input = anInput();
    await inbox.add(input);
    const [row] = await inbox.due(input.source, at(0), 1);
    await inbox.done(row?.id ?? 0, 'told', at(0));
    // The newest of each source stays, since it tells when something came last.
    await inbox.add(anInput({ key: 'gitlab/2', receivedAt: at(1) }));
    await audit.append(anEntry());

    await sweep({
      settings: () => ({
        projects: [someRules()],
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
        commandPrefix: '',
        gitlabUrl: 'https://gitlab.example.com',
      }),
      store,
      clock: { now: () => new Date(at(0).getTime() + 10 * 365 * 86_400_000) },
      wake: () => undefined,
      log: aLog().log,
    });

    expect(await inbox.add(input)).toBe(true);
    expect(await audit.newest(10)).toEqual([anEntry()]);
  });
});
