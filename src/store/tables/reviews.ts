import type { Selectable } from 'kysely';
import type { ReviewsTable } from '../../app/store-ports.ts';
import type { Review } from '../../domain/review.ts';
import { ReviewDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database, Schema } from '../schema.ts';

/** The overrides that somebody is to look at. */
export function createReviewsTable(db: Database): ReviewsTable {
  const all = () => db.selectFrom('reviews').selectAll();
  return {
    async add(review) {
      await db.insertInto('reviews').values(columns(review)).execute();
    },
    async find(id) {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row && toReview(row);
    },
    async due(now) {
      const rows = await all().where('due_at', '<=', now.getTime()).orderBy('due_at').orderBy('id').execute();
      return rows.map(toReview);
    },
    async save(review) {
      await db.updateTable('reviews').set(columns(review)).where('id', '=', review.id).execute();
    },
    async prune(madeBefore) {
      const result = await db.deleteFrom('reviews').where('created_at', '<', madeBefore.getTime()).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

function columns(review: Review) {
  const isOpen = review.reviewed === undefined && review.remindedAt === undefined;
  return {
    id: review.id,
    due_at: isOpen ? review.dueAt.getTime() : null,
    created_at: review.at.getTime(),
    document: encodeDocument(review),
  };
}

function toReview(row: Selectable<Schema['reviews']>): Review {
  return decodeDocument(row.document, ReviewDocument, `review ${row.id}`);
}
