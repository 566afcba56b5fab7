import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredLink } from '../../../src/app/links/link-ports.ts';
import type { Tables } from '../../../src/app/store-ports.ts';
import { at } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

const link: Omit<StoredLink, 'version'> = {
  slackUserId: 'U0ANN',
  gitlab: { id: 11, username: 'ann', name: 'Ann' },
  state: 'good',
  linkedAt: at(1),
  sealedTokens: 'v1.key.closed',
  expiresAt: at(7200),
};

/** The accounts that people linked. */
export function linksSuite(open: OpenDatabase): void {
  describe('links', () => {
    let opened: Opened;
    let tables: Tables;

    beforeEach(async () => {
      opened = await open();
      tables = opened.store.tables;
    });
    afterEach(() => opened.dispose());

    it('gives back what was put; two Slack users may have one GitLab user', async () => {
      await tables.links.put(link);
      await tables.links.put({ ...link, slackUserId: 'U0TWO' });

      expect(await tables.links.find('U0ANN')).toEqual({ ...link, version: 1 });
      expect(await tables.links.find('U0RAJ')).toBeUndefined();
      expect((await tables.links.all()).map(({ slackUserId }) => slackUserId)).toEqual(['U0ANN', 'U0TWO']);
    });

    it('saves for the one who has the newest version only', async () => {
      await tables.links.put(link);
      const held = await tables.links.find('U0ANN');
      if (!held) throw new Error('not found');

      const saved = await tables.links.save({ ...held, renewingUntil: at(20) });

      expect(saved).toEqual({ ...held, renewingUntil: at(20), version: 2 });
      expect(await tables.links.save({ ...held, state: 'broken' })).toBeUndefined();
      expect(await tables.links.find('U0ANN')).toEqual(saved);
    });

    it('takes no late change after the person linked anew', async () => {
      await tables.links.put(link);
      const held = await tables.links.find('U0ANN');
      if (!held) throw new Error('not found');
      await tables.links.put({ ...link, gitlab: { id: 12, username: 'anna', name: 'Anna' } });

      expect(await tables.links.save({ ...held, sealedTokens: 'v1.key.late' })).toBeUndefined();
      expect((await tables.links.find('U0ANN'))?.gitlab.username).toBe('anna');
    });

    it('removes one, once', async () => {
      await tables.links.put(link);

      expect(await tables.links.remove('U0ANN')).toBe(true);
      expect(await tables.links.remove('U0ANN')).toBe(false);
      expect(await tables.links.all()).toEqual([]);
    });
  });
}
