import { describe, expect, it } from 'vitest';
import { prefetchVersions, suggestVersions } from '../../../src/app/forms/version-names.ts';

const refs = (names: readonly string[]) => async () => names.map((name) => ({ name, sha: 'abc' }));

async function stored(tags: readonly string[], branches: readonly string[]) {
  const facts = new Map<string, string>();
  const tables = {
    meta: {
      get: async (name: string) => facts.get(name),
      set: async (name: string, value: string) => void facts.set(name, value),
    },
  };
  await prefetchVersions(7, { gitlab: { newestTags: refs(tags), newestBranches: refs(branches) }, tables });
  return tables;
}

describe('suggestVersions', () => {
  it('offers all that is kept, the tags first, before anything is typed', async () => {
    const tables = await stored(['v1.4.0', 'v1.3.0'], ['main']);

    const groups = await suggestVersions({ projectId: 7, typed: '' }, tables);

    expect(groups.map(({ label, options }) => [label, options.map(({ value }) => value)])).toEqual([
      ['Tags', ['v1.4.0', 'v1.3.0']],
      ['Branches', ['main']],
    ]);
  });

  it('offers what was typed itself, and then what begins so before what holds it', async () => {
    const tables = await stored(['v1.4.0', 'rc-1.4', 'v2.0.0'], ['fix/1.4']);

    const groups = await suggestVersions({ projectId: 7, typed: '1.4' }, tables);

    expect(groups.flatMap(({ options }) => options.map(({ value }) => value))).toEqual([
      '1.4',
      'v1.4.0',
      'rc-1.4',
      'fix/1.4',
    ]);
  });

  it.each([undefined, 8])('offers what was typed alone where nothing is kept of project %s', async (projectId) => {
    const tables = await stored(['v1.4.0'], []);

    const groups = await suggestVersions({ projectId, typed: 'v9' }, tables);

    expect(groups).toEqual([{ label: 'As typed', options: [{ text: 'v9', value: 'v9' }] }]);
  });

  it('offers no name that Slack would refuse, and no more than it takes', async () => {
    const long = 'x'.repeat(76);
    const tables = await stored([long, ...Array.from({ length: 100 }, (_, at) => `v${at}`)], []);

    const all = (await suggestVersions({ projectId: 7, typed: '' }, tables)).flatMap(({ options }) => options);

    expect(all).toHaveLength(50);
    expect(await suggestVersions({ projectId: 7, typed: long }, tables)).toEqual([]);
  });
});
