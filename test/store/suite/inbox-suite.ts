import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvariantError, StoreError } from '../../../src/domain/errors.ts';
import { anInput, at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

/** What comes in: accepted once, kept, handed out in order. */
export function inboxSuite(open: OpenDatabase): void {
  let opened: Opened;

  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.dispose());

  describe('inbox', () => {
    it('takes a key once and says so', async () => {
      const { inbox } = opened.store.tables;

      const answers = [await inbox.add(anInput()), await inbox.add(anInput({ body: 'another' }))];

      expect(answers).toEqual([true, false]);
      expect(await inbox.due('gitlab', at(0), 10)).toMatchObject([{ key: 'gitlab/1', body: anInput().body }]);
    });

    it('hands out rows of one source in the order they came', async () => {
      const { inbox } = opened.store.tables;
      await inbox.add(anInput({ key: 'b', receivedAt: at(2) }));
      await inbox.add(anInput({ key: 's', source: 'slack' }));
      await inbox.add(anInput({ key: 'a', receivedAt: at(1) }));

      const due = await inbox.due('gitlab', at(2), 10);

      expect(due.map((row) => row.key)).toEqual(['b', 'a']);
      expect(due[0]).toMatchObject({ receivedAt: at(2), attempts: 0, source: 'gitlab' });
      expect(await inbox.due('gitlab', at(2), 1)).toHaveLength(1);
    });

    it('leaves out a row until its next attempt is due, and counts attempts', async () => {
      const { inbox } = opened.store.tables;
      await inbox.add(anInput());
      const [row] = await inbox.due('gitlab', at(0), 1);

      await inbox.retryLater(row?.id ?? 0, at(30), 'gitlab is away');

      expect(await inbox.due('gitlab', at(29), 10)).toEqual([]);
      expect(await inbox.due('gitlab', at(30), 10)).toMatchObject([{ attempts: 1 }]);
    });

    it('goes on with work in several steps, which is no failure', async () => {
      const { inbox } = opened.store.tables;
      await inbox.add(anInput());
      const [row] = await inbox.due('gitlab', at(0), 1);

      await inbox.goOn(row?.id ?? 0, 'the next step', at(30));

      expect(await inbox.due('gitlab', at(29), 10)).toEqual([]);
      expect(await inbox.due('gitlab', at(30), 10)).toMatchObject([{ attempts: 0, body: 'the next step' }]);
    });

    it('knows a repetition of a row that is done or dead', async () => {
      const { inbox } = opened.store.tables;
      await inbox.add(anInput({ key: 'done' }));
      await inbox.add(anInput({ key: 'dead' }));
      const [done, dead] = await inbox.due('gitlab', at(0), 2);

      await inbox.done(done?.id ?? 0, 'folded', at(1));
      await inbox.dead(dead?.id ?? 0, 'cannot be read', at(1));

      expect(await inbox.due('gitlab', at(9), 10)).toEqual([]);
      expect(await inbox.add(anInput({ key: 'done' }))).toBe(false);
      expect(await inbox.add(anInput({ key: 'dead' }))).toBe(false);
    });

    it('counts what waits and what was given up', async () => {
      const { inbox } = opened.store.tables;
      expect(await inbox.state()).toEqual({ waiting: 0, oldestAt: undefined, dead: 0 });
      for (const second of [3, 2, 4]) await inbox.add(anInput({ key: `k${second}`, receivedAt: at(second) }));
      const [first] = await inbox.due('gitlab', at(9), 1);

      await inbox.dead(first?.id ?? 0, 'cannot be read', at(9));

      expect(await inbox.state()).toEqual({ waiting: 2, oldestAt: at(2), dead: 1 });
    });

    it('remembers when a source last spoke, also after its rows were pruned', async () => {
      const { inbox } = opened.store.tables;
      for (const second of [1, 2]) await inbox.add(anInput({ key: `k${second}`, receivedAt: at(second) }));
      for (const row of await inbox.due('gitlab', at(9), 10)) await inbox.done(row.id, 'folded', at(9));

      const pruned = await inbox.prune(at(100));

      expect(pruned).toBe(1);
      expect(await inbox.lastReceivedAt('gitlab')).toEqual(at(2));
      expect(await inbox.lastReceivedAt('slack')).toBeUndefined();
    });

    it('prunes in batches what ended before, and never what waits', async () => {
      const { inbox } = opened.store.tables;
      await opened.store.transaction(async (tables) => {
        for (let n = 0; n < 1_203; n += 1) await tables.inbox.add(anInput({ key: `k${n}` }));
        const rows = await tables.inbox.due('gitlab', at(0), 1_201);
        for (const row of rows) await tables.inbox.done(row.id, 'folded', at(1));
        await tables.inbox.done(rows[0]?.id ?? 0, 'folded', at(50));
      });

      const pruned = await inbox.prune(at(50));

      expect(pruned).toBe(1_200);
      expect(await inbox.due('gitlab', at(0), 10)).toHaveLength(2);
      expect(await inbox.add(anInput({ key: 'k0' }))).toBe(false);
      expect(await inbox.add(anInput({ key: 'k1' }))).toBe(true);
    });

    it('refuses to end a row that does not exist', async () => {
      await expect(opened.store.tables.inbox.done(99, 'folded', at(0))).rejects.toThrow(InvariantError);
    });
  });

  describe('acceptInput', () => {
    it('answers each of many concurrent callers for its own row', async () => {
      const { acceptInput, tables } = opened.store;
      const keys = Array.from({ length: 1_000 }, (_, n) => `k${n % 600}`);

      const answers = await Promise.all(keys.map((key) => acceptInput(anInput({ key }))));

      expect(answers.slice(0, 600)).toEqual(Array(600).fill(true));
      expect(answers.slice(600)).toEqual(Array(400).fill(false));
      expect((await tables.inbox.state()).waiting).toBe(600);
    });

    it('keeps the order of arrival', async () => {
      const { acceptInput, tables } = opened.store;
      const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);

      await Promise.all(keys.map((key) => acceptInput(anInput({ key }))));

      const due = await tables.inbox.due('gitlab', at(0), 300);
      expect(due.map((row) => row.key)).toEqual(keys);
    });

    it('stays out of a transaction that runs meanwhile', async () => {
      const { store } = opened;
      const begun = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const failing = store.transaction(async (tables) => {
        await tables.meta.set('half', 'done');
        begun.resolve();
        await goOn.promise;
        throw new Error('no');
      });
      await begun.promise;

      const accepted = store.acceptInput(anInput());
      setImmediate(() => goOn.resolve());

      await expect(failing).rejects.toThrow('no');
      expect(await accepted).toBe(true);
      expect(await store.tables.meta.get('half')).toBeUndefined();
      expect((await store.tables.inbox.state()).waiting).toBe(1);
    });

    it('tells every caller of a commit that failed, and goes on with the next', async () => {
      const { store } = opened;
      opened.run('alter table inbox rename to inbox_away');
      const failed = await Promise.allSettled(['a', 'b'].map((key) => store.acceptInput(anInput({ key }))));
      opened.run('alter table inbox_away rename to inbox');

      const answer = await store.acceptInput(anInput({ key: 'a' }));

      expect(failed.map((result) => result.status)).toEqual(['rejected', 'rejected']);
      expect(failed[0]).toMatchObject({ reason: expect.any(StoreError) });
      expect(answer).toBe(true);
    });
  });
}
