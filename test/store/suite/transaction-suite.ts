import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvariantError } from '../../../src/domain/errors.ts';
import { aMessage, anEntry, anInput, anOperation, aPipeline, at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

/** Everything or nothing, one after the other, and still there after a restart. */
export function transactionSuite(open: OpenDatabase): void {
  let opened: Opened;

  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.dispose());

  describe('transaction', () => {
    it('keeps everything together', async () => {
      await opened.store.transaction(async (tables) => {
        await tables.inbox.add(anInput());
        const [row] = await tables.inbox.due('gitlab', at(0), 1);
        await tables.pipelines.save(aPipeline());
        await tables.outbox.put(aMessage(), at(0));
        await tables.inbox.done(row?.id ?? 0, 'folded', at(0));
      });

      const { tables } = await opened.again();
      expect(await tables.inbox.state()).toMatchObject({ waiting: 0 });
      expect(await tables.pipelines.find(7, 9)).toBeDefined();
      expect(await tables.outbox.due(at(0), 10)).toHaveLength(1);
    });

    it('leaves nothing behind when the work throws, and passes the error on', async () => {
      const error = new Error('no');

      const failing = opened.store.transaction(async (tables) => {
        await tables.pipelines.save(aPipeline());
        await tables.outbox.put(aMessage(), at(0));
        await tables.operations.add(anOperation());
        await tables.audit.append(anEntry());
        throw error;
      });

      await expect(failing).rejects.toBe(error);
      const { tables } = opened.store;
      expect(await tables.pipelines.find(7, 9)).toBeUndefined();
      expect(await tables.pipelines.findByJob(7, 77)).toBeUndefined();
      expect(await tables.outbox.state()).toMatchObject({ waiting: 0 });
      expect(await tables.operations.allActive()).toEqual([]);
      expect(await tables.audit.newest(1)).toEqual([]);
    });

    it('hands back what the work returns', async () => {
      expect(await opened.store.transaction(async () => 42)).toBe(42);
    });

    it('runs one after the other', async () => {
      const counting = Array.from({ length: 50 }, () =>
        opened.store.transaction(async ({ meta }) => {
          const before = Number((await meta.get('count')) ?? 0);
          await new Promise((resolve) => setImmediate(resolve));
          await meta.set('count', String(before + 1));
        }),
      );

      await Promise.all(counting);

      expect(await opened.store.tables.meta.get('count')).toBe('50');
    });

    it('is not seen from elsewhere before it is whole', async () => {
      const other = await opened.again();

      const seen = await opened.store.transaction(async ({ meta }) => {
        await meta.set('half', 'done');
        return other.tables.meta.get('half');
      });

      expect(seen).toBeUndefined();
      expect(await other.tables.meta.get('half')).toBe('done');
    });

    it.each([
      ['the outer tables', () => opened.store.tables.meta.get('a')],
      ['another transaction', () => opened.store.transaction(async () => undefined)],
      ['acceptInput', () => opened.store.acceptInput(anInput())],
      ['the lease', () => opened.store.lease({ holder: 'a', holderLabel: 'a' }).tryAcquire()],
    ])('refuses %s inside instead of waiting for itself', async (_, use) => {
      const nested = opened.store.transaction(async () => use());

      await expect(nested).rejects.toThrow(InvariantError);
    });

    it('does not mistake work that was started inside for work that goes on inside', async () => {
      const { store } = opened;
      const ended = Promise.withResolvers<undefined>();
      let later: Promise<string | undefined> | undefined;

      await store.transaction(async ({ meta }) => {
        await meta.set('a', '1');
        later = ended.promise.then(() => store.tables.meta.get('a'));
      });
      ended.resolve(undefined);

      expect(await later).toBe('1');
    });
  });
}
