import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditGenesis, auditHash } from '../../../src/store/tables/audit.ts';
import { anEntry, at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

interface StoredLink {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly entry: string;
}

/** The audit: only ever longer, and each entry vouches for those before it. */
export function auditSuite(open: OpenDatabase): void {
  let opened: Opened;

  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.dispose());

  const links = (): readonly StoredLink[] =>
    opened
      .read('select seq, prev_hash as "prevHash", hash, entry from audit order by seq')
      .map((row) => row as unknown as StoredLink);

  describe('audit', () => {
    it('gives back the newest entries first', async () => {
      const { audit } = opened.store.tables;
      for (const action of ['a', 'b', 'c']) await audit.append(anEntry({ action, at: at(1), reason: undefined }));

      expect(await audit.newest(2)).toEqual([anEntry({ action: 'c', at: at(1) }), anEntry({ action: 'b', at: at(1) })]);
    });

    it('gives back those of a project, or of one of its environments', async () => {
      const { audit } = opened.store.tables;
      const place = (action: string, project?: string, environment?: string): Promise<void> =>
        audit.append({ ...anEntry({ action, reason: undefined }), project, environment });
      await place('1', 'acme/a', 'production');
      await place('2', 'acme/a', 'staging');
      await place('3', 'acme/b', 'production');
      await place('4');

      const actions = async (...[limit, about]: Parameters<typeof audit.newest>): Promise<readonly string[]> =>
        (await audit.newest(limit, about)).map(({ action }) => action);

      expect(await actions(9)).toEqual(['4', '3', '2', '1']);
      expect(await actions(9, { project: 'acme/a' })).toEqual(['2', '1']);
      expect(await actions(1, { project: 'acme/a' })).toEqual(['2']);
      expect(await actions(9, { project: 'acme/a', environment: 'production' })).toEqual(['1']);
    });

    it('names its head', async () => {
      const { audit } = opened.store.tables;
      expect(await audit.head()).toBeUndefined();
      await audit.append(anEntry());
      await audit.append(anEntry());

      expect(await audit.head()).toBe(`2:${links()[1]?.hash}`);
    });

    it('chains each entry to the one before', async () => {
      const { audit } = opened.store.tables;
      await audit.append(anEntry());
      await audit.append(anEntry({ actor: 'chatops' }));
      await audit.append(anEntry({ outcome: 'refused' }));

      const stored = links();

      expect(stored.map((link) => link.seq)).toEqual([1, 2, 3]);
      expect(stored[0]?.prevHash).toBe(auditGenesis);
      expect(stored.slice(1).map((link) => link.prevHash)).toEqual(stored.slice(0, 2).map((link) => link.hash));
      expect(stored.map((link) => auditHash(link))).toEqual(stored.map((link) => link.hash));
    });

    it('stores the same text whatever the order of the fields', async () => {
      const { audit } = opened.store.tables;
      const { at: time, actor, action, ...rest } = anEntry();
      await audit.append(anEntry());
      await audit.append({ ...rest, action, actor, at: time });

      const [first, second] = links();

      expect(first?.entry).toBe(second?.entry);
    });

    it('keeps the chain whole when many append at once and some roll back', async () => {
      const { store } = opened;
      const appending = Array.from({ length: 30 }, (_, n) =>
        store.transaction(async (tables) => {
          await tables.audit.append(anEntry({ action: `a${n}` }));
          if (n % 3 === 0) throw new Error('no');
        }),
      );

      await Promise.allSettled(appending);

      const stored = links();
      expect(stored).toHaveLength(20);
      expect(stored.map((link) => link.seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      expect(stored.slice(1).map((link) => link.prevHash)).toEqual(stored.slice(0, -1).map((link) => link.hash));
    });

    it.each([
      ['changed', `update audit set entry = '{}' where seq = 1`],
      ['deleted', 'delete from audit where seq = 1'],
    ])('cannot be %s, not even in a database shell', async (_, statement) => {
      await opened.store.tables.audit.append(anEntry());

      expect(() => opened.run(statement)).toThrow('append-only');
      expect(links()).toHaveLength(1);
    });
  });
}
