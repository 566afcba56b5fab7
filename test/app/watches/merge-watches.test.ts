import { describe, expect, it } from 'vitest';
import { mergeWatches, type ProjectsOfFile } from '../../../src/app/watches/merge-watches.ts';
import { readConfigFile } from '../../../src/config/file.ts';
import { channelProject } from '../../../src/domain/reading.ts';
import type { Watch } from '../../../src/domain/watch.ts';
import { at } from '../../support/builders.ts';

function file(text: string): ProjectsOfFile {
  const read = readConfigFile(text, 'chatops.yml');
  if (read.kind === 'refused') throw new Error(JSON.stringify(read.problems));
  return read.settings;
}

const acme = file(`
defaults:
  channels: [{ id: C0ALL }]
  environments: { production: { deployers: [owner] } }
projects:
  - project: acme/app
    channels: [{ id: C0APP, notify: [failed] }]
`);

function aWatch(change: Partial<Watch> = {}): Watch {
  return {
    channel: 'C0HERE',
    project: 'acme/site',
    deployable: true,
    by: { slackUserId: 'U0ANN', username: 'ann' },
    since: at(0),
    ...change,
  };
}

describe('mergeWatches', () => {
  it('adds a channel to a project of the file', () => {
    const rules = mergeWatches(acme, [aWatch({ project: 'Acme/App', notify: ['fixed'] })]).rulesFor('acme/app');

    expect(rules?.channels.map(({ id, notify }) => [id, notify])).toEqual([
      ['C0APP', ['failed']],
      ['C0HERE', ['fixed']],
    ]);
    expect(rules?.deployFrom).toBeUndefined();
  });

  it('lets the file win where it names the same project and channel', () => {
    const { rulesFor } = mergeWatches(acme, [aWatch({ project: 'acme/app', channel: 'C0APP', notify: ['fixed'] })]);

    expect(rulesFor('acme/app')).toEqual(acme.rulesFor('acme/app'));
  });

  it("makes a project known that the file does not name, with the file's defaults but for their channels", () => {
    const merged = mergeWatches(acme, [aWatch()]);

    expect(merged.projects.map(({ path }) => path)).toEqual(['acme/app', 'acme/site']);
    expect(merged.rulesFor('ACME/site')).toMatchObject({
      path: 'acme/site',
      channels: [{ id: 'C0HERE', notify: ['failed', 'fixed', 'deployed', 'approval'] }],
      environments: [{ name: 'production', deployers: ['owner'] }],
      deployFrom: ['C0HERE'],
    });
    expect(merged.placeOf('acme/site')).toBe('the watch in C0HERE');
    expect(merged.placeOf('acme/app')).toContain('line');
  });

  it("gives a project that only a reporter watches no channel to be deployed from, and no channel's default", () => {
    const merged = mergeWatches(acme, [aWatch({ deployable: false })]);

    expect(merged.rulesFor('acme/site')?.deployFrom).toEqual([]);
    expect(channelProject(merged.projects, 'C0HERE')).toBeUndefined();
    expect(channelProject(mergeWatches(acme, [aWatch()]).projects, 'C0HERE')?.path).toBe('acme/site');
  });

  it("keeps the right that a maintainer's pattern gives a channel where a reporter watches one of its projects", () => {
    const merged = mergeWatches(acme, [
      aWatch({ project: 'acme/*', deployable: true }),
      aWatch({ project: 'acme/site', deployable: false }),
      aWatch({ project: 'acme/site', deployable: false, channel: 'C0OTHER' }),
    ]);

    expect(merged.rulesFor('acme/site')?.deployFrom).toEqual(['C0HERE']);
  });

  it("leaves a channel of the file with the file's project", () => {
    const merged = mergeWatches(acme, [aWatch({ channel: 'C0APP' })]);

    expect(channelProject(merged.projects, 'C0APP')?.path).toBe('acme/app');
  });

  it('watches what a pattern stands for, and what is watched by name as that says', () => {
    const merged = mergeWatches(acme, [
      aWatch({ project: 'acme/*', notify: ['failed'] }),
      aWatch({ project: 'acme/site', notify: ['started'] }),
    ]);

    expect(merged.patterns).toEqual(['acme/*']);
    expect(merged.rulesFor('acme/other')?.channels.map(({ notify }) => notify)).toEqual([['failed']]);
    expect(merged.rulesFor('acme/site')?.channels.map(({ notify }) => notify)).toEqual([['started']]);
    expect(merged.rulesFor('acme/below/deep')).toBeUndefined();
  });
});
