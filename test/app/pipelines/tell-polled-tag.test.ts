import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellPolledTag } from '../../../src/app/pipelines/tell-polled-tag.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { ann, aPipeline, at, someFacts, someRules } from '../../support/builders.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
});
afterEach(() => store.close());

const channel = { id: 'C1', notify: ['tag'], broadcast: 'failures', mention: 'none', default: false } as const;
const polled = someRules({ events: 'poll', channels: [channel] });
const pushed = someFacts({ source: 'push', user: ann.gitlab, createdAt: at(10) });

/** What the channel is told by then, in the words of its messages. */
async function told(change: Partial<Parameters<typeof tellPolledTag>[1]> = {}): Promise<readonly string[]> {
  const found = { held: undefined, pipeline: pushed, rules: polled, now: at(60), since: at(0), ...change };
  await store.transaction((tables) => tellPolledTag(tables, found));
  return (await store.tables.outbox.due(at(60), 9)).map(({ text }) => text);
}

describe('tellPolledTag', () => {
  it('tells of a new tag with who pushed it, once', async () => {
    expect(await told()).toEqual([expect.stringContaining('v1.4.0')]);
    expect(await told()).toEqual([expect.stringContaining('Ann Lee')]);
  });

  it.each<readonly [string, Partial<Parameters<typeof tellPolledTag>[1]>]>([
    ['a pipeline that was seen before', { held: aPipeline() }],
    ['a branch', { pipeline: { ...pushed, tag: false } }],
    ['a pipeline that somebody ran anew', { pipeline: { ...pushed, source: 'web' } }],
    ['what is history', { since: at(11) }],
    ['a project whose webhooks tell it', { rules: { ...polled, events: 'both' } }],
    ['a channel that does not ask for it', { rules: { ...polled, channels: [{ ...channel, notify: ['failed'] }] } }],
    ['a project that nobody follows', { rules: undefined }],
  ])('tells nothing of %s', async (_what, change) => {
    expect(await told(change)).toEqual([]);
  });
});
