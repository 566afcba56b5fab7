import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxRow, OutboxTable } from '../../../src/app/store-ports.ts';
import { InvariantError } from '../../../src/domain/errors.ts';
import { aMessage, aPipeline, aThread, at, sendAllDue } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

/** What Slack shall show: one row per message, the newest state wins. */
export function outboxSuite(open: OpenDatabase): void {
  let opened: Opened;
  let outbox: OutboxTable;

  beforeEach(async () => {
    opened = await open();
    outbox = opened.store.tables.outbox;
  });
  afterEach(() => opened.dispose());

  const held = async (key = aMessage().key): Promise<OutboxRow> => {
    const row = await outbox.find(key);
    if (!row) throw new Error(`no message ${key}`);
    return row;
  };
  const dueKeys = async (now: Date): Promise<readonly string[]> => (await outbox.due(now, 100)).map((row) => row.key);
  const post = async (ts: string, now: Date, key?: string): Promise<void> => {
    const row = await held(key);
    await outbox.sending(row.id, now);
    await outbox.sent(row.id, { version: row.version, ts }, now);
  };

  describe('outbox put', () => {
    it('adds a message as it was given', async () => {
      const message = aMessage({ broadcast: true, lane: 'failure' });

      await outbox.put(message, at(1));

      const [row] = await outbox.due(at(1), 10);
      expect(row).toMatchObject({ ...message, version: 1, sentVersion: 0, attempts: 0, createdAt: at(1) });
      expect(row).toMatchObject({ notBefore: at(1), rootDead: false });
      expect([row?.ts, row?.rootTs, row?.sendingSince, row?.answer]).toEqual(Array(4).fill(undefined));
    });

    it('replaces what was not yet posted', async () => {
      await outbox.put(aMessage(), at(1));
      await outbox.put(aMessage({ text: 'Pipeline 9 passed.' }), at(2));

      const due = await outbox.due(at(2), 10);

      expect(due).toMatchObject([{ text: 'Pipeline 9 passed.', ts: undefined, createdAt: at(1) }]);
    });

    it('changes nothing when the content is the same', async () => {
      await outbox.put(aMessage(), at(1));
      await post('1.1', at(1));
      const before = await held();

      await outbox.put(aMessage(), at(9));

      expect(await held()).toEqual(before);
      expect(await dueKeys(at(9))).toEqual([]);
    });

    it('makes an edit of what was posted', async () => {
      await outbox.put(aMessage(), at(1));
      await post('1.1', at(1));

      await outbox.put(aMessage({ blocks: [] }), at(2));

      expect(await outbox.due(at(2), 10)).toMatchObject([{ ts: '1.1', version: 2, sentVersion: 1, blocks: [] }]);
    });

    it('keeps the most urgent lane until it was sent, then takes the new one', async () => {
      await outbox.put(aMessage({ lane: 'failure' }), at(1));
      await outbox.put(aMessage({ lane: 'progress', text: 'two' }), at(1));
      const whileUnsent = (await held()).lane;
      await post('1.1', at(1));

      await outbox.put(aMessage({ lane: 'progress', text: 'three' }), at(2));

      expect([whileUnsent, (await held()).lane]).toEqual(['failure', 'progress']);
    });

    it('lets a root be as urgent as the replies that wait for it', async () => {
      await outbox.put(aMessage({ key: 'other', lane: 'failure' }), at(1));
      await outbox.put(aMessage({ key: 'root', lane: 'progress' }), at(1));
      await outbox.put(aMessage({ key: 'reply', rootKey: 'root', lane: 'answer' }), at(1));
      await outbox.put(aMessage({ key: 'early', rootKey: 'late-root', lane: 'answer' }), at(1));
      await outbox.put(aMessage({ key: 'late-root', lane: 'progress' }), at(1));

      expect(await sendAllDue(opened.store.tables, at(1))).toEqual(['root', 'reply', 'late-root', 'early', 'other']);
    });

    it('leaves a failed row waiting and a dead one dead', async () => {
      await outbox.put(aMessage({ key: 'failed' }), at(1));
      await outbox.put(aMessage({ key: 'dead' }), at(1));
      await outbox.retryLater((await held('failed')).id, { notBefore: at(60), error: 'http_503', outcome: 'none' });
      await outbox.dead((await held('dead')).id, 'channel_not_found', at(1));

      await outbox.put(aMessage({ key: 'failed', text: 'new' }), at(2));
      await outbox.put(aMessage({ key: 'dead', text: 'new' }), at(2));

      expect(await dueKeys(at(59))).toEqual([]);
      expect(await dueKeys(at(60))).toEqual(['failed']);
      expect((await held('dead')).text).toBe('new');
    });
  });

  describe('outbox answer', () => {
    it('is given once and comes back with where it goes', async () => {
      const toUrl = { kind: 'response_url', url: 'https://hooks.example.com/1', replaceOriginal: true } as const;
      const toUser = { kind: 'ephemeral', channel: 'C1', user: 'U0ANN', threadTs: undefined } as const;
      await outbox.answer({ key: 'a', text: 'one', blocks: [], to: toUrl }, at(1));
      await outbox.answer({ key: 'a', text: 'changed', blocks: [], to: toUrl }, at(1));
      await outbox.answer({ key: 'b', text: 'two', blocks: [], to: toUser }, at(1));

      const due = await outbox.due(at(1), 10);
      for (const row of due) await outbox.sent(row.id, { version: row.version, ts: undefined }, at(2));

      expect(due).toMatchObject([
        { text: 'one', answer: toUrl, lane: 'answer' },
        { text: 'two', answer: toUser, channel: 'C1' },
      ]);
      expect(await dueKeys(at(9))).toEqual([]);
    });
  });

  describe('outbox due', () => {
    it('serves by lane, then by age', async () => {
      const lanes = { p: 'progress', d1: 'deployment', f: 'failure', d2: 'deployment', a: 'answer' } as const;
      for (const [key, lane] of Object.entries(lanes)) await outbox.put(aMessage({ key, lane }), at(1));

      expect(await dueKeys(at(1))).toEqual(['a', 'f', 'd1', 'd2', 'p']);
    });

    it('holds replies back until their root is posted, and names its ts', async () => {
      await outbox.put(aMessage({ key: 'root' }), at(1));
      await outbox.put(aMessage({ key: 'reply', rootKey: 'root' }), at(1));
      await outbox.retryLater((await held('root')).id, { notBefore: at(60), error: 'http_429', outcome: 'none' });
      const waiting = [await dueKeys(at(2)), await outbox.nextDueAt()];

      await post('1.1', at(60), 'root');

      expect(waiting).toEqual([[], at(60)]);
      expect(await outbox.due(at(60), 10)).toMatchObject([{ key: 'reply', rootTs: '1.1', rootDead: false }]);
    });

    it('hands out replies to a root that was given up or is gone, marked so', async () => {
      await outbox.put(aMessage({ key: 'root' }), at(1));
      await outbox.put(aMessage({ key: 'reply', rootKey: 'root' }), at(1));
      await outbox.put(aMessage({ key: 'orphan', rootKey: 'gone' }), at(1));
      await outbox.dead((await held('root')).id, 'channel_not_found', at(2));

      expect(await outbox.due(at(2), 10)).toMatchObject([
        { key: 'reply', rootTs: undefined, rootDead: true },
        { key: 'orphan', rootTs: undefined, rootDead: true },
      ]);
    });

    it('hands out replies to a root that was posted, although an edit of it was given up', async () => {
      await outbox.put(aMessage({ key: 'root' }), at(1));
      await post('1.1', at(1), 'root');
      await outbox.put(aMessage({ key: 'root', text: 'other' }), at(2));
      await outbox.dead((await held('root')).id, 'edit_window_closed', at(2));
      await outbox.put(aMessage({ key: 'reply', rootKey: 'root' }), at(3));

      expect(await outbox.due(at(3), 10)).toMatchObject([{ key: 'reply', rootTs: '1.1', rootDead: false }]);
    });

    it('says when the next one is due, and nothing when all is sent', async () => {
      expect(await outbox.nextDueAt()).toBeUndefined();
      await outbox.put(aMessage({ key: 'a' }), at(5));
      await outbox.put(aMessage({ key: 'b' }), at(3));
      const next = await outbox.nextDueAt();

      await sendAllDue(opened.store.tables, at(9));

      expect(next).toEqual(at(3));
      expect(await outbox.nextDueAt()).toBeUndefined();
    });
  });

  describe('outbox sending', () => {
    it('is on disk before the request leaves', async () => {
      await outbox.put(aMessage(), at(1));

      await outbox.sending((await held()).id, at(2));

      const row = await (await opened.again()).tables.outbox.find(aMessage().key);
      expect(row).toMatchObject({ attempts: 1, sendingSince: at(2), ts: undefined });
    });

    it('keeps the mark of an unknown outcome and clears that of a known one', async () => {
      await outbox.put(aMessage(), at(1));
      const { id } = await held();
      await outbox.sending(id, at(2));
      await outbox.retryLater(id, { notBefore: at(7), error: 'timeout', outcome: 'unknown' });
      const unknown = await held();

      await outbox.sending(id, at(8));
      await outbox.retryLater(id, { notBefore: at(9), error: 'http_429', outcome: 'none' });

      expect(unknown).toMatchObject({ sendingSince: at(2), attempts: 1, notBefore: at(7) });
      expect(await held()).toMatchObject({ sendingSince: undefined, attempts: 2, notBefore: at(9) });
    });

    it('ends with nothing to send, and attempts counted anew', async () => {
      await outbox.put(aMessage(), at(1));
      await post('1.1', at(2));

      expect(await held()).toMatchObject({ ts: '1.1', sentVersion: 1, attempts: 0, sendingSince: undefined });
      expect(await dueKeys(at(9))).toEqual([]);
    });

    it('leaves a message to be edited that changed while it was being sent', async () => {
      await outbox.put(aMessage(), at(1));
      const sent = await held();
      await outbox.sending(sent.id, at(2));
      await outbox.put(aMessage({ text: 'newer' }), at(3));

      await outbox.sent(sent.id, { version: sent.version, ts: '1.1' }, at(4));

      expect(await outbox.due(at(4), 10)).toMatchObject([{ text: 'newer', ts: '1.1', version: 2, sentVersion: 1 }]);
    });

    it('never takes a message found after an unknown outcome for the newer state', async () => {
      await outbox.put(aMessage(), at(1));
      const { id } = await held();
      await outbox.sending(id, at(2));
      await outbox.retryLater(id, { notBefore: at(7), error: 'timeout', outcome: 'unknown' });
      await outbox.put(aMessage({ text: 'newer' }), at(3));

      await outbox.sent(id, { version: (await held()).version, ts: '1.1' }, at(8));

      expect(await outbox.due(at(8), 10)).toMatchObject([{ text: 'newer', ts: '1.1', sentVersion: 1 }]);
    });

    it('refuses a row that does not exist', async () => {
      await expect(outbox.sending('nothing', at(0))).rejects.toThrow(InvariantError);
      await expect(outbox.sent('nothing', { version: 1, ts: '1.1' }, at(0))).rejects.toThrow(InvariantError);
    });
  });

  describe('outbox state and prune', () => {
    it('counts what waits, since when, and what was given up', async () => {
      for (const key of ['a', 'b', 'c']) await outbox.put(aMessage({ key }), at(1));
      await post('1.1', at(2), 'a');
      await outbox.dead((await held('b')).id, 'channel_not_found', at(2));
      await outbox.put(aMessage({ key: 'a', text: 'edit' }), at(5));
      await post('1.2', at(6), 'c');

      expect(await outbox.state()).toEqual({ waiting: 1, oldestAt: at(5), dead: 1 });
    });

    it('prunes what was sent or given up before, and never what waits', async () => {
      for (const key of ['sent', 'dead', 'edited', 'late']) await outbox.put(aMessage({ key }), at(1));
      await post('1.1', at(2), 'sent');
      await post('1.2', at(2), 'edited');
      await post('1.3', at(90), 'late');
      await outbox.dead((await held('dead')).id, 'channel_not_found', at(2));
      await outbox.put(aMessage({ key: 'edited', text: 'edit' }), at(3));

      const pruned = await outbox.prune(at(50));

      expect(pruned).toBe(2);
      expect(await Promise.all(['sent', 'dead', 'edited', 'late'].map((key) => outbox.find(key)))).toMatchObject([
        undefined,
        undefined,
        { key: 'edited' },
        { key: 'late' },
      ]);
    });

    it('keeps the messages of a thread as long as the thread, so that nothing is said twice', async () => {
      const { threads, pipelines } = opened.store.tables;
      await threads.add(aThread({ rootKey: 'root', newsKey: 'news' }));
      const keys = { root: undefined, reply: 'root', news: undefined, told: 'news', loose: undefined };
      for (const [key, rootKey] of Object.entries(keys)) await outbox.put(aMessage({ key, rootKey }), at(1));
      await sendAllDue(opened.store.tables, at(2));
      const first = await outbox.prune(at(50));

      await pipelines.save(aPipeline({ foldedAt: at(3) }));
      await pipelines.prune(at(50));

      expect(first).toBe(1);
      expect(await outbox.find('loose')).toBeUndefined();
      expect(await outbox.prune(at(50))).toBe(4);
    });

    it('keeps a root as long as one of its replies', async () => {
      await outbox.put(aMessage({ key: 'root' }), at(1));
      await post('1.1', at(2), 'root');
      await outbox.put(aMessage({ key: 'reply', rootKey: 'root' }), at(60));
      await post('1.2', at(60), 'reply');

      expect(await outbox.prune(at(50))).toBe(0);
      expect(await held('reply')).toMatchObject({ rootTs: '1.1' });
    });

    it('prunes more than one batch', async () => {
      await opened.store.transaction(async (tables) => {
        for (let n = 0; n < 1_100; n += 1) await tables.outbox.put(aMessage({ key: `k${n}` }), at(1));
        for (const row of await tables.outbox.due(at(1), 2_000))
          await tables.outbox.sent(row.id, { version: 1, ts: `1.${row.seq}` }, at(1));
      });

      expect(await outbox.prune(at(2))).toBe(1_100);
    });
  });
}
