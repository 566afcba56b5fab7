import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliverMessage } from '../../../src/app/messages/deliver-message.ts';
import { findHeldChannel } from '../../../src/app/messages/held-channel.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { at } from '../../support/builders.ts';
import { aLog } from '../../workers/log.ts';

let store: OpenStore;

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
});
afterEach(() => store.close());

const absent = (): Promise<never> => Promise.reject(new Error('not asked for here'));

/** Sends the message with these blocks, as long after it was made as a link may hold it back, and says what Slack got. */
async function delivered(blocks: readonly unknown[]): Promise<unknown> {
  const posted: unknown[] = [];
  await store.tables.outbox.put(
    { key: 'C1/x', channel: 'C1', rootKey: undefined, lane: 'failure', text: 'x', blocks },
    at(0),
  );
  const row = await store.tables.outbox.find('C1/x');
  if (!row) throw new Error('the message is not there');
  await deliverMessage(row, {
    slack: {
      post: async (message) => {
        posted.push(message.blocks);
        return { ts: '1.1' };
      },
      update: absent,
      postEphemeral: absent,
      respond: absent,
      findPosted: absent,
      permalink: absent,
    },
    settings: () => ({ projects: [], retention: { eventsMs: 1, threadsMs: 1, operationsMs: 1 } }),
    store,
    lease: { ensure: async () => undefined },
    clock: { now: () => at(30) },
    pace: { waitMs: () => 0, sent: () => undefined, rest: () => undefined },
    checkpoint: () => undefined,
    log: aLog().log,
    random: () => 0,
  });
  return posted[0];
}

describe('deliverMessage', () => {
  it.each(['message://%ff', 'message://%', 'message://a b', 'message://', 'message://%E0%A4%A'])(
    'sends what somebody wrote like a link of ours: %s',
    async (text) => {
      const blocks = [{ type: 'text', text: `fix ${text} in docs` }];

      expect(await delivered(blocks)).toEqual(blocks);
    },
  );

  it('sends the channel for an address that only looks like one of ours', async () => {
    const blocks = [{ type: 'link', url: 'message://%ff' }];

    expect(await delivered(blocks)).toEqual([{ type: 'link', url: 'https://slack.com/app_redirect?channel=C1' }]);
  });
});

describe('a channel that is held', () => {
  const ours = { projects: [], operationsChannel: 'C1', retention: { eventsMs: 1e9, threadsMs: 1, operationsMs: 1 } };

  async function deliver(key: string): Promise<boolean> {
    const row = await store.tables.outbox.find(key);
    if (!row) throw new Error('the message is not there');
    await deliverMessage(row, {
      slack: {
        post: async () => ({ ts: '2.2' }),
        update: async () => undefined,
        postEphemeral: absent,
        respond: absent,
        findPosted: absent,
        permalink: absent,
      },
      settings: () => ours,
      store,
      lease: { ensure: async () => undefined },
      clock: { now: () => at(30) },
      pace: { waitMs: () => 0, sent: () => undefined, rest: () => undefined },
      checkpoint: () => undefined,
      log: aLog().log,
      random: () => 0,
    });
    return (await findHeldChannel(store.tables.meta, 'C1')) !== undefined;
  }

  it('is opened again by a post that Slack takes, not by an edit', async () => {
    const message = { channel: 'C1', rootKey: undefined, lane: 'failure', text: 'x', blocks: [] } as const;
    await store.tables.outbox.put({ ...message, key: 'C1/edited' }, at(0));
    await deliver('C1/edited');
    await store.tables.outbox.put({ ...message, key: 'C1/edited', text: 'y' }, at(1));
    await store.tables.outbox.put({ ...message, key: 'C1/posted' }, at(1));
    const held = { code: 'restricted_action', since: at(2).getTime(), probeAt: at(20).getTime() };
    await store.tables.meta.set('channel_held/C1', JSON.stringify(held));

    expect(await deliver('C1/edited')).toBe(true);
    expect(await deliver('C1/posted')).toBe(false);
  });
});
