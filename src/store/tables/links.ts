import type { LinksTable, StoredLink } from '../../app/links/link-ports.ts';
import { LinkDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database } from '../schema.ts';

/** Linked accounts, one for each Slack user. The column `version` is the truth, whatever the document says. */
export function createLinksTable(db: Database): LinksTable {
  return {
    async find(slackUserId) {
      const row = await db
        .selectFrom('links')
        .select(['version', 'document'])
        .where('slack_user_id', '=', slackUserId)
        .executeTakeFirst();
      return row && decode(row);
    },
    async all() {
      const rows = await db.selectFrom('links').select(['version', 'document']).orderBy('slack_user_id').execute();
      return rows.map(decode);
    },
    async put(link) {
      const facts = { gitlab_user_id: link.gitlab.id, document: encodeDocument(link) };
      await db
        .insertInto('links')
        .values({ slack_user_id: link.slackUserId, version: 1, ...facts })
        .onConflict((conflict) =>
          // Counted on, so that a renewal under way for the link before finds its version gone.
          conflict.column('slack_user_id').doUpdateSet((eb) => ({ ...facts, version: eb('links.version', '+', 1) })),
        )
        .execute();
    },
    async save(link) {
      const result = await db
        .updateTable('links')
        .set({ gitlab_user_id: link.gitlab.id, document: encodeDocument(link), version: link.version + 1 })
        .where('slack_user_id', '=', link.slackUserId)
        .where('version', '=', link.version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n ? { ...link, version: link.version + 1 } : undefined;
    },
    async remove(slackUserId) {
      const result = await db.deleteFrom('links').where('slack_user_id', '=', slackUserId).executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
  };
}

function decode(row: { readonly version: number; readonly document: string }): StoredLink {
  return { ...decodeDocument(row.document, LinkDocument, 'a linked account'), version: row.version };
}
