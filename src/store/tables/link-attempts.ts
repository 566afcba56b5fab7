import type { LinkAttemptsTable } from '../../app/links/link-ports.ts';
import { LinkAttemptDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database } from '../schema.ts';

/** Attempts to link an account, kept until their time is over so that a used one can be told from an unknown one. */
export function createLinkAttemptsTable(db: Database): LinkAttemptsTable {
  const find = async (column: 'id' | 'next_key', value: string) => {
    const row = await db.selectFrom('link_attempts').select('document').where(column, '=', value).executeTakeFirst();
    return row && decodeDocument(row.document, LinkAttemptDocument, 'an attempt to link an account');
  };
  return {
    find: (id) => find('id', id),
    findByKey: (nextKey) => find('next_key', nextKey),
    async add(attempt) {
      await db.deleteFrom('link_attempts').where('slack_user_id', '=', attempt.slackUserId).execute();
      await db
        .insertInto('link_attempts')
        .values({
          id: attempt.id,
          slack_user_id: attempt.slackUserId,
          next_key: attempt.nextKey ?? null,
          stage: attempt.stage,
          expires_at: attempt.expiresAt.getTime(),
          document: encodeDocument(attempt),
        })
        .execute();
    },
    async move(attempt, from) {
      const result = await db
        .updateTable('link_attempts')
        .set({ next_key: attempt.nextKey ?? null, stage: attempt.stage, document: encodeDocument(attempt) })
        .where('id', '=', attempt.id)
        .where('stage', '=', from.stage)
        .where('next_key', from.nextKey === undefined ? 'is' : '=', from.nextKey ?? null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async takeExpired(now) {
      const rows = await db
        .deleteFrom('link_attempts')
        .where('expires_at', '<=', now.getTime())
        .returning('document')
        .execute();
      return rows.map((row) => decodeDocument(row.document, LinkAttemptDocument, 'an attempt to link an account'));
    },
  };
}
