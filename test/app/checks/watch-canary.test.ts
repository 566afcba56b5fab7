import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchCanary } from '../../../src/app/checks/watch-canary.ts';
import type { QueryAnswer } from '../../../src/domain/canary.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { anOperation, aStep, at } from '../../support/builders.ts';

const watch = { query: 'ratio', requests: 'count', above: 0.01, forMs: 15_000, everyMs: 15_000, minRequests: 10 };
const operation = anOperation({ steps: [aStep({ kind: 'watch', watch })] });

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  await store.tables.operations.add(operation);
});
afterEach(() => store.close());

const value: QueryAnswer = { kind: 'value', value: 0 };

describe('a watch that ends without having judged the canary', () => {
  it.each<[string, QueryAnswer, QueryAnswer, string, string]>([
    ['no data', { kind: 'no_data' }, value, 'canary_silent', 'no_data'],
    ['too few requests', value, { kind: 'value', value: 9 }, 'canary_silent', 'few_requests'],
    ['several series', { kind: 'several', series: 2 }, value, 'canary_unreadable', 'several_series'],
    ['nobody who answers', { kind: 'away', words: '502' }, value, 'canary_unreadable', 'away'],
  ])('says why: %s', async (...[, ratio, count, reason, verdict]) => {
    await watchCanary(
      { operation, index: 0 },
      {
        prometheus: { query: async (promql) => (promql === 'ratio' ? ratio : count) },
        settings: () => ({ commandPrefix: '' }) as never,
        store,
        clock: { now: () => at(10) },
        wake: () => undefined,
      },
    );

    const held = await store.tables.operations.find(operation.id);
    expect(held?.steps[0]).toMatchObject({ state: 'running', reason, watched: { verdict } });
  });
});
