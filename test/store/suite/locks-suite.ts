import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tables } from '../../../src/app/store-ports.ts';
import type { Wait } from '../../../src/domain/wait.ts';
import { aLock, at, project } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

const wait: Wait = {
  project,
  environment: 'production',
  slackUserId: 'U0RAJ',
  channel: 'C1',
  line: '/deploy acme/app:production v1.4.0',
  since: at(0),
};

/** The locks, and who waits for them. */
export function locksSuite(open: OpenDatabase): void {
  describe('locks', () => {
    let opened: Opened;
    let tables: Tables;

    beforeEach(async () => {
      opened = await open();
      tables = opened.store.tables;
    });
    afterEach(() => opened.dispose());

    it('gives a free environment to exactly one of two who take it at once', async () => {
      const taken = await Promise.all([
        opened.store.transaction((trx) => trx.locks.take(aLock(), undefined)),
        opened.store.transaction((trx) => trx.locks.take(aLock({ id: 'lock-2' }), undefined)),
      ]);

      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await tables.locks.all()).toHaveLength(1);
    });

    it('keeps the lock of an environment beside that of its whole project', async () => {
      const whole = aLock({ id: 'lock-2', environment: undefined });
      expect(await tables.locks.take(aLock(), undefined)).toBe(true);
      expect(await tables.locks.take(whole, undefined)).toBe(true);

      expect(await tables.locks.ofProject(project.id)).toEqual([whole, aLock()]);
      expect(await tables.locks.ofProject(8)).toEqual([]);
    });

    it('keeps one of the bot beside that of a person, each released by itself', async () => {
      const bots = aLock({ id: 'lock-2', holder: 'chatops' });
      expect(await tables.locks.take(aLock(), undefined)).toBe(true);
      expect(await tables.locks.take(bots, undefined)).toBe(true);
      expect(await tables.locks.take(aLock({ id: 'lock-3', holder: 'chatops' }), undefined)).toBe(false);
      expect(await tables.locks.take(aLock({ id: 'lock-3' }), 'lock-2')).toBe(false);

      expect(await tables.locks.ofProject(project.id)).toEqual([aLock(), bots]);
      expect(await tables.locks.release('lock-1')).toBe(true);
      expect(await tables.locks.all()).toEqual([bots]);
    });

    it('replaces the lock that is named, and no other', async () => {
      await tables.locks.take(aLock(), undefined);

      expect(await tables.locks.take(aLock({ id: 'lock-3' }), 'lock-2')).toBe(false);
      expect(await tables.locks.take(aLock({ id: 'lock-3', environment: 'staging' }), 'lock-1')).toBe(false);
      expect(await tables.locks.take(aLock({ id: 'lock-3', reason: 'stolen' }), 'lock-1')).toBe(true);
      expect(await tables.locks.find('lock-3')).toMatchObject({ reason: 'stolen' });
      expect(await tables.locks.find('lock-1')).toBeUndefined();
    });

    it('releases the very lock that is named, and leaves a newer one alone', async () => {
      await tables.locks.take(aLock(), undefined);
      await tables.locks.take(aLock({ id: 'lock-2' }), 'lock-1');

      expect(await tables.locks.release('lock-1')).toBe(false);
      expect(await tables.locks.release('lock-2')).toBe(true);
      expect(await tables.locks.all()).toEqual([]);
    });

    it('tells which locks have lapsed; one without end never does', async () => {
      const lapsed = aLock({ until: at(60) });
      await tables.locks.take(lapsed, undefined);
      await tables.locks.take(aLock({ id: 'lock-2', environment: 'staging' }), undefined);

      expect(await tables.locks.lapsed(at(59))).toEqual([]);
      expect(await tables.locks.lapsed(at(60))).toEqual([lapsed]);
    });

    it('remembers when the holder was reminded', async () => {
      await tables.locks.take(aLock(), undefined);

      expect(await tables.locks.nagged(aLock(), at(9))).toBe(true);
      expect(await tables.locks.nagged(aLock({ id: 'lock-2' }), at(9))).toBe(false);
      expect(await tables.locks.find('lock-1')).toMatchObject({ naggedAt: at(9) });
    });

    it('keeps one wait for each person and environment, removed once', async () => {
      await tables.waits.put(wait);
      await tables.waits.put({ ...wait, line: '/deploy acme/app:production v1.5.0' });
      await tables.waits.put({ ...wait, environment: 'staging' });

      expect((await tables.waits.all()).map(({ environment, line }) => `${environment} ${line}`)).toEqual([
        'production /deploy acme/app:production v1.5.0',
        'staging /deploy acme/app:production v1.4.0',
      ]);
      expect(await tables.waits.remove(wait)).toBe(true);
      expect(await tables.waits.remove(wait)).toBe(false);
    });

    it('keeps one wait for GitLab for each person and command, removed once', async () => {
      const { slackUserId, channel, line, since } = wait;
      const forGitLab = { slackUserId, channel, line, since };
      await tables.gitlabWaits.put(forGitLab);
      await tables.gitlabWaits.put({ ...forGitLab, channel: 'C2' });
      await tables.gitlabWaits.put({ ...forGitLab, line: '/rollback prod' });

      expect(await tables.gitlabWaits.all()).toEqual([
        { ...forGitLab, channel: 'C2' },
        { ...forGitLab, line: '/rollback prod' },
      ]);
      expect(await tables.gitlabWaits.remove(forGitLab)).toBe(true);
      expect(await tables.gitlabWaits.remove(forGitLab)).toBe(false);
    });
  });
}
