import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tables } from '../../../src/app/store-ports.ts';
import type { Review } from '../../../src/domain/review.ts';
import { ann, at, project } from './builders.ts';
import type { OpenDatabase, Opened } from './opened.ts';

const review: Review = {
  id: 'operation-1',
  project,
  environment: 'production',
  version: 'v1.4.0',
  override: { reason: 'checkout is down', passes: ['freeze', 'after'] },
  by: ann,
  at: at(0),
  dueAt: at(100),
  channels: ['C1', 'C2'],
  rootKey: 'C1/pipeline:9',
};

/** Overrides that somebody is to look at. */
export function reviewsSuite(open: OpenDatabase): void {
  describe('reviews', () => {
    let opened: Opened;
    let tables: Tables;

    beforeEach(async () => {
      opened = await open();
      tables = opened.store.tables;
    });
    afterEach(() => opened.dispose());

    it('gives back what was added', async () => {
      await tables.reviews.add(review);

      expect(await tables.reviews.find('operation-1')).toEqual(review);
      expect(await tables.reviews.find('operation-2')).toBeUndefined();
    });

    it('is due from its time on, until somebody was reminded or has reviewed', async () => {
      await tables.reviews.add(review);
      await tables.reviews.add({ ...review, id: 'operation-2' });

      expect(await tables.reviews.due(at(99))).toEqual([]);
      expect((await tables.reviews.due(at(100))).map(({ id }) => id)).toEqual(['operation-1', 'operation-2']);
      await tables.reviews.save({ ...review, remindedAt: at(100) });
      await tables.reviews.save({ ...review, id: 'operation-2', reviewed: { by: ann, at: at(101) } });

      expect(await tables.reviews.due(at(200))).toEqual([]);
    });

    it('forgets those made before a time', async () => {
      await tables.reviews.add(review);

      expect(await tables.reviews.prune(at(0))).toBe(0);
      expect(await tables.reviews.prune(at(1))).toBe(1);
    });
  });
}
