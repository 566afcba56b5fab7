import { type Selectable, sql } from 'kysely';
import type { OperationsTable } from '../../app/store-ports.ts';
import { InvariantError } from '../../domain/errors.ts';
import type { Operation } from '../../domain/operation.ts';
import { OperationDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database, Schema } from '../schema.ts';
import { inBatches } from './in-batches.ts';
import { inTransaction } from './in-transaction.ts';

const active = sql.lit('active');

/** Confirmed plans being carried out. Steps are in the document: `json_each(document, '$.steps')` lists them. */
export function createOperationsTable(db: Database): OperationsTable {
  const all = () => db.selectFrom('operations').selectAll();
  return {
    add: (operation) => add(db, operation),
    async find(id) {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row && toOperation(row);
    },
    async active(projectId, environment) {
      const row = await all()
        .where('state', '=', active)
        .where('project_id', '=', projectId)
        .where('environment', '=', environment)
        .executeTakeFirst();
      return row && toOperation(row);
    },
    async activeOfPipeline(projectId, pipelineId) {
      const rows = await all()
        .where('state', '=', active)
        .where('project_id', '=', projectId)
        .where('pipeline_id', '=', pipelineId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toOperation);
    },
    async ofPipeline(projectId, pipelineId) {
      const rows = await all()
        .where('project_id', '=', projectId)
        .where('pipeline_id', '=', pipelineId)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toOperation);
    },
    async allActive() {
      const rows = await all().where('state', '=', active).orderBy('created_at').orderBy('id').execute();
      return rows.map(toOperation);
    },
    due: (now, limit) => inTransaction(db, (trx) => due(trx, now, limit)),
    nextDueAt: () => nextDueAt(db),
    async save(operation) {
      const result = await db
        .updateTable('operations')
        .set(columns(operation))
        .where('id', '=', operation.id)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw new InvariantError(`there is no operation ${operation.id}`);
    },
    wake: (projectId, pipelineId, now) => wake(db, { projectId, pipelineId, now }),
    prune: (endedBefore) => inBatches((limit) => pruneSome(db, endedBefore, limit)),
  };
}

async function add(db: Database, operation: Operation): Promise<boolean> {
  const result = await db
    .insertInto('operations')
    .values({ id: operation.id, woken: 0, ...columns(operation) })
    // Only the unique index of active ones: an id used twice is a mistake and must be heard of.
    .onConflict((conflict) => conflict.columns(['project_id', 'environment']).where('state', '=', active).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

async function wake(
  db: Database,
  at: { readonly projectId: number; readonly pipelineId: number; readonly now: Date },
): Promise<number> {
  const result = await db
    .updateTable('operations')
    .set({ woken: 1, next_check_at: at.now.getTime() })
    .where('state', '=', active)
    .where('project_id', '=', at.projectId)
    .where('pipeline_id', '=', at.pipelineId)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

async function pruneSome(db: Database, endedBefore: Date, limit: number): Promise<number> {
  const old = db
    .selectFrom('operations')
    .select('id')
    .where('ended_at', 'is not', null)
    .where('ended_at', '<', endedBefore.getTime())
    .limit(limit);
  const result = await db.deleteFrom('operations').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/**
 * Hands out what is to be looked at. Being handed out is what answers a wake, not being saved: an event that comes
 * while the worker asks GitLab is about something newer, and the save that follows must not wipe it out.
 */
async function due(db: Database, now: Date, limit: number): Promise<readonly Operation[]> {
  const rows = await db
    .selectFrom('operations')
    .selectAll()
    .where('state', '=', active)
    .where((eb) => eb.or([eb('next_check_at', '<=', now.getTime()), eb('woken', '=', 1)]))
    .orderBy('next_check_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  const woken = rows.filter((row) => row.woken === 1);
  for (const row of woken) {
    const at = Math.min(row.next_check_at, now.getTime());
    await db.updateTable('operations').set({ woken: 0, next_check_at: at }).where('id', '=', row.id).execute();
  }
  return rows.map(toOperation);
}

/** Active operations are few (one per environment), so a woken one is found without an index of its own. */
async function nextDueAt(db: Database): Promise<Date | undefined> {
  const row = await db
    .selectFrom('operations')
    .select(['next_check_at', 'woken'])
    .where('state', '=', active)
    .orderBy('woken', 'desc')
    .orderBy('next_check_at')
    .limit(1)
    .executeTakeFirst();
  if (!row) return undefined;
  return row.woken === 1 ? new Date(0) : new Date(row.next_check_at);
}

function columns(operation: Operation) {
  return {
    state: operation.state,
    project_id: operation.project.id,
    environment: operation.environment,
    pipeline_id: operation.pipelineId,
    next_check_at: operation.nextCheckAt.getTime(),
    created_at: operation.createdAt.getTime(),
    ended_at: operation.endedAt?.getTime() ?? null,
    document: encodeDocument(operation),
  };
}

function toOperation(row: Selectable<Schema['operations']>): Operation {
  const operation = decodeDocument(row.document, OperationDocument, `operation ${row.id}`);
  return { ...operation, nextCheckAt: new Date(row.next_check_at) };
}
