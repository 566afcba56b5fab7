import type { GitLabWaitsTable } from '../../app/store-ports.ts';
import { GitLabWaitDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database } from '../schema.ts';

/** Who asked to be told when GitLab answers again. */
export function createGitLabWaitsTable(db: Database): GitLabWaitsTable {
  return {
    async all() {
      const rows = await db.selectFrom('gitlab_waits').selectAll().orderBy('slack_user_id').orderBy('line').execute();
      return rows.map((row) => decodeDocument(row.document, GitLabWaitDocument, `wait of ${row.slack_user_id}`));
    },
    async put(wait) {
      const document = encodeDocument(wait);
      await db
        .insertInto('gitlab_waits')
        .values({ slack_user_id: wait.slackUserId, line: wait.line, document })
        .onConflict((conflict) => conflict.columns(['slack_user_id', 'line']).doUpdateSet({ document }))
        .execute();
    },
    async remove({ slackUserId, line }) {
      const result = await db
        .deleteFrom('gitlab_waits')
        .where('slack_user_id', '=', slackUserId)
        .where('line', '=', line)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}
