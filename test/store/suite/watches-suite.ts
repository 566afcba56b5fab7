import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tables } from '../../../src/app/store-ports.ts';
import type { Watch } from '../../../src/domain/watch.ts';
import { at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

const watch: Watch = {
  channel: 'C1',
  project: 'Acme/App',
  notify: ['failed', 'fixed'],
  deployable: true,
  by: { slackUserId: 'U0ANN', username: 'ann' },
  since: at(1),
};

/** The channels that people added. */
export function watchesSuite(open: OpenDatabase): void {
  describe('watches', () => {
    let opened: Opened;
    let tables: Tables;

    beforeEach(async () => {
      opened = await open();
      tables = opened.store.tables;
    });
    afterEach(() => opened.dispose());

    it('gives back what was put, by the path in any case', async () => {
      await tables.watches.put(watch);

      expect(await tables.watches.find('C1', 'acme/app')).toEqual(watch);
      expect(await tables.watches.find('C2', 'acme/app')).toBeUndefined();
    });

    it('keeps one for each channel and project, the last that was put', async () => {
      const changed: Watch = { ...watch, project: 'acme/app', notify: undefined, deployable: false };
      await tables.watches.put(watch);
      await tables.watches.put(changed);
      await tables.watches.put({ ...watch, channel: 'C2', since: at(0) });

      expect(await tables.watches.all()).toEqual([{ ...watch, channel: 'C2', since: at(0) }, changed]);
    });

    it('removes one, once', async () => {
      await tables.watches.put(watch);

      expect(await tables.watches.remove('C1', 'acme/app')).toBe(true);
      expect(await tables.watches.remove('C1', 'acme/app')).toBe(false);
      expect(await tables.watches.all()).toEqual([]);
    });
  });
}
