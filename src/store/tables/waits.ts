import type { Selectable } from 'kysely';
import type { WaitsTable } from '../../app/store-ports.ts';
import { WaitDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database, Schema } from '../schema.ts';

/** Who asked to be told when an environment is free. */
export function createWaitsTable(db: Database): WaitsTable {
  return {
    async all() {
      const rows = await db.selectFrom('waits').selectAll().orderBy('project_id').orderBy('environment').execute();
      return rows.map(toWait);
    },
    async put(wait) {
      const document = encodeDocument(wait);
      await db
        .insertInto('waits')
        .values({ ...keyOf(wait), document })
        .onConflict((conflict) =>
          conflict.columns(['project_id', 'environment', 'slack_user_id']).doUpdateSet({ document }),
        )
        .execute();
    },
    async remove(wait) {
      const key = keyOf(wait);
      const result = await db
        .deleteFrom('waits')
        .where('project_id', '=', key.project_id)
        .where('environment', '=', key.environment)
        .where('slack_user_id', '=', key.slack_user_id)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

function keyOf(wait: Parameters<WaitsTable['remove']>[0]) {
  return { project_id: wait.project.id, environment: wait.environment, slack_user_id: wait.slackUserId };
}

function toWait(row: Selectable<Schema['waits']>) {
  return decodeDocument(row.document, WaitDocument, `wait of ${row.slack_user_id}`);
}
