import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/app/store-ports.ts';
import { StoreError } from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

/** The leader's lease: one holder at a time, another within its length. */
export function leaseSuite(open: OpenDatabase): void {
  let opened: Opened;
  let now: Date;

  beforeEach(async () => {
    now = at(0);
    opened = await open(() => now);
  });
  afterEach(() => opened.dispose());

  const leaseOf = (holder: string, store: OpenStore = opened.store) =>
    store.lease({ holder, holderLabel: `${holder} (process 1)` });

  describe('lease', () => {
    it('goes to the first and names it to the second', async () => {
      const second = leaseOf('b', await opened.again());
      const taken = await leaseOf('a').tryAcquire();

      const refused = await second.tryAcquire();

      expect(taken).toEqual({ held: true });
      expect(refused).toEqual({ held: false, holder: 'a (process 1)', holderId: 'a', expiresAt: at(9) });
    });

    it('goes to one of many that ask at once', async () => {
      const attempts = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => leaseOf(holder).tryAcquire()));

      expect(attempts.filter((attempt) => attempt.held)).toHaveLength(1);
    });

    it('is renewed by its holder and lapses without', async () => {
      const [a, b] = [leaseOf('a'), leaseOf('b')];
      await a.tryAcquire();
      now = at(8);
      await a.tryAcquire();
      now = at(16);
      const early = await b.tryAcquire();

      now = at(17);

      expect(early).toMatchObject({ held: false, expiresAt: at(17) });
      expect(await b.tryAcquire()).toEqual({ held: true });
      expect(await a.tryAcquire()).toMatchObject({ held: false, holder: 'b (process 1)' });
    });

    it('is free at once when given back, and only by its holder', async () => {
      const [a, b] = [leaseOf('a'), leaseOf('b')];
      await a.tryAcquire();
      await b.release();
      const kept = await b.tryAcquire();

      await a.release();

      expect(kept.held).toBe(false);
      expect(await b.tryAcquire()).toEqual({ held: true });
      await expect(a.ensure(1)).rejects.toThrow(StoreError);
    });
  });

  describe('lease ensure', () => {
    it('refuses whoever never held it', async () => {
      await expect(leaseOf('a').ensure(8_000)).rejects.toThrow(StoreError);
    });

    it('renews when less is left than the write may take', async () => {
      const a = leaseOf('a');
      await a.tryAcquire();
      now = at(2);

      await a.ensure(8_000);

      expect(await leaseOf('b').tryAcquire()).toMatchObject({ held: false, expiresAt: at(11) });
    });

    it('costs nothing while enough is left', async () => {
      const a = leaseOf('a');
      await a.tryAcquire();
      now = at(1);

      await a.ensure(8_000);

      expect(await leaseOf('b').tryAcquire()).toMatchObject({ held: false, expiresAt: at(9) });
    });

    it('takes a lease that lapsed but that nobody took', async () => {
      const a = leaseOf('a');
      await a.tryAcquire();
      now = at(60);

      await a.ensure(8_000);

      expect(await leaseOf('b').tryAcquire()).toMatchObject({ held: false });
    });

    it('throws once another took over, and stays lost', async () => {
      const [a, b] = [leaseOf('a'), leaseOf('b')];
      await a.tryAcquire();
      now = at(10);
      await b.tryAcquire();

      await expect(a.ensure(1_000)).rejects.toThrow('b (process 1) took over');
      now = at(60);
      await expect(a.ensure(1_000)).rejects.toThrow('not the leader');
    });

    it('refuses a write that is longer than the lease', async () => {
      const a = leaseOf('a');
      await a.tryAcquire();

      await expect(a.ensure(10_000)).rejects.toThrow('too short');
    });
  });

  describe('a store that is led', () => {
    it('writes for the one who holds the lease, and nothing for one who lost it', async () => {
      const [a, b] = [leaseOf('a'), leaseOf('b')];
      const [ofA, ofB] = ['a', 'b'].map((holder) => opened.store.ledBy(holder)) as [Store, Store];
      await a.tryAcquire();
      await ofA.transaction(({ meta }) => meta.set('by', 'a'));
      now = at(10);
      await b.tryAcquire();

      const late = ofA.transaction(({ meta }) => meta.set('by', 'a, too late'));

      await expect(late).rejects.toThrow('b (process 1) took over');
      expect(await opened.store.tables.meta.get('by')).toBe('a');
      await ofB.transaction(({ meta }) => meta.set('by', 'b'));
      expect(await opened.store.tables.meta.get('by')).toBe('b');
    });
  });
}
