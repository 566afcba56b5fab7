import { describe, expect, it } from 'vitest';
import { historyBefore, markInstalled } from '../../../src/app/pipelines/history.ts';
import type { MetaTable } from '../../../src/app/store-ports.ts';
import { at } from '../../support/builders.ts';

function aMeta(): { readonly meta: MetaTable } {
  const entries = new Map<string, string>();
  return {
    meta: {
      get: async (name) => entries.get(name),
      set: async (name, value) => void entries.set(name, value),
      list: async () => entries,
    },
  };
}

const day = 86_400;

describe('historyBefore', () => {
  it('is the first start, which later starts do not move', async () => {
    const tables = aMeta();
    await markInstalled(tables, at(0));
    await markInstalled(tables, at(500));

    expect(await historyBefore(tables, at(1_000))).toEqual(at(0));
  });

  it('is a day ago once the first start is longer past', async () => {
    const tables = aMeta();
    await markInstalled(tables, at(0));

    expect(await historyBefore(tables, at(3 * day))).toEqual(at(2 * day));
  });

  it('is now where nothing is known', async () => {
    expect(await historyBefore(aMeta(), at(7))).toEqual(at(7));
  });
});
