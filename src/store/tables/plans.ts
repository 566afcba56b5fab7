import { sql } from 'kysely';
import type { PlansTable } from '../../app/store-ports.ts';
import type { Plan, PlanState } from '../../domain/plan.ts';
import { PlanDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database } from '../schema.ts';
import { inBatches } from './in-batches.ts';

/** Plans shown to people. The column `state` is the truth, whatever the document says. */
export function createPlansTable(db: Database): PlansTable {
  return {
    add: (plan) => add(db, plan),
    async find(id) {
      const row = await db.selectFrom('plans').select(['state', 'document']).where('id', '=', id).executeTakeFirst();
      if (!row) return undefined;
      const plan = decodeDocument(row.document, PlanDocument, `plan ${id}`);
      return { ...plan, state: row.state as PlanState };
    },
    async openOf(slackUserId, now) {
      const rows = await db
        .selectFrom('plans')
        .select(['id', 'document'])
        .where('slack_user_id', '=', slackUserId)
        .where('state', '=', sql.lit('open'))
        .where('expires_at', '>', now.getTime())
        .orderBy('created_at')
        .execute();
      return rows.map(({ id, document }) => decodeDocument(document, PlanDocument, `plan ${id}`));
    },
    async close(id, state, now) {
      const result = await db
        .updateTable('plans')
        .set({ state })
        .where('id', '=', id)
        .where('state', '=', sql.lit('open'))
        .where('expires_at', '>', now.getTime())
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async replaceOthers(plan) {
      await db
        .updateTable('plans')
        .set({ state: 'replaced' })
        .where('state', '=', sql.lit('open'))
        .where('slack_user_id', '=', plan.requester.slackUserId)
        .where('project_id', '=', plan.deed.project.id)
        .where('environment', '=', environmentOf(plan))
        .where('id', '!=', plan.id)
        .execute();
    },
    async lapse(now) {
      const result = await db
        .updateTable('plans')
        .set({ state: 'lapsed' })
        .where('state', '=', sql.lit('open'))
        .where('expires_at', '<=', now.getTime())
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
    prune: (createdBefore) => inBatches((limit) => pruneSome(db, createdBefore, limit)),
  };
}

/** Tasks, which go nowhere, replace one another in a project. */
function environmentOf({ deed }: Plan): string {
  return deed.kind === 'task' ? '' : deed.environment;
}

async function add(db: Database, plan: Plan): Promise<void> {
  await db
    .insertInto('plans')
    .values({
      id: plan.id,
      state: plan.state,
      slack_user_id: plan.requester.slackUserId,
      project_id: plan.deed.project.id,
      environment: environmentOf(plan),
      created_at: plan.createdAt.getTime(),
      expires_at: plan.expiresAt.getTime(),
      document: encodeDocument(plan),
    })
    .execute();
}

async function pruneSome(db: Database, createdBefore: Date, limit: number): Promise<number> {
  const old = db.selectFrom('plans').select('id').where('created_at', '<', createdBefore.getTime()).limit(limit);
  const result = await db.deleteFrom('plans').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
