import { sql } from 'kysely';
import type { PipelinesTable } from '../../app/store-ports.ts';
import { isChild, isPipelineFinished, type Pipeline } from '../../domain/pipeline.ts';
import type { BranchHealth } from '../../domain/thread.ts';
import { PipelineDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database } from '../schema.ts';
import { inBatches } from './in-batches.ts';
import { inTransaction } from './in-transaction.ts';

/** A branch of the same name may have many. */
const tagPipelinesLimit = 50;

/** Pipelines as folded, which pipeline each job belongs to, and how each branch fares. */
export function createPipelinesTable(db: Database): PipelinesTable {
  return {
    find: (projectId, pipelineId) => find(db, projectId, pipelineId),
    async findByJob(projectId, jobId) {
      const row = await db
        .selectFrom('pipeline_jobs as job')
        .innerJoin('pipelines as pipeline', (join) =>
          join
            .onRef('pipeline.project_id', '=', 'job.project_id')
            .onRef('pipeline.pipeline_id', '=', 'job.pipeline_id'),
        )
        .select(['pipeline.document', 'pipeline.pipeline_id'])
        .where('job.project_id', '=', projectId)
        .where('job.job_id', '=', jobId)
        .executeTakeFirst();
      return row && toPipeline(row.document, row.pipeline_id);
    },
    downstreamOf: (projectId, pipelineId) => downstreamOf(db, projectId, pipelineId),
    async ofTag(projectId, tag) {
      const rows = await db
        .selectFrom('pipelines')
        .select(['document', 'pipeline_id'])
        .where('project_id', '=', projectId)
        .where('ref', '=', tag)
        .orderBy('pipeline_id', 'desc')
        .limit(tagPipelinesLimit)
        .execute();
      return rows
        .map((row) => toPipeline(row.document, row.pipeline_id))
        .filter((pipeline) => pipeline.tag && pipeline.upstream === undefined && !isChild(pipeline));
    },
    save: (pipeline) => inTransaction(db, (trx) => save(trx, pipeline)),
    open: (projectId, changedSince, limit) => openPipelines(db, { projectId, changedSince, limit }),
    async branch(projectId, ref) {
      const row = await db
        .selectFrom('branches')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('ref', '=', ref)
        .executeTakeFirst();
      return (
        row && {
          ref: row.ref,
          lastPipelineId: row.last_pipeline_id,
          brokenByPipelineId: row.broken_by_pipeline_id ?? undefined,
        }
      );
    },
    saveBranch: (projectId, health) => saveBranch(db, projectId, health),
    prune: (foldedBefore) =>
      inBatches((limit) => inTransaction(db, (trx) => pruneSome(trx, foldedBefore.getTime(), limit))),
  };
}

/** The condition of the partial index stands first, word for word: without it the index is not used. */
async function downstreamOf(db: Database, projectId: number, pipelineId: number): Promise<readonly Pipeline[]> {
  const rows = await db
    .selectFrom('pipelines')
    .select(['document', 'pipeline_id'])
    .where('upstream_pipeline_id', 'is not', null)
    .where('upstream_project_id', '=', projectId)
    .where('upstream_pipeline_id', '=', pipelineId)
    .orderBy('pipeline_id')
    .execute();
  return rows.map((row) => toPipeline(row.document, row.pipeline_id));
}

async function saveBranch(db: Database, projectId: number, health: BranchHealth): Promise<void> {
  const facts = {
    last_pipeline_id: health.lastPipelineId,
    broken_by_pipeline_id: health.brokenByPipelineId ?? null,
  };
  await db
    .insertInto('branches')
    .values({ project_id: projectId, ref: health.ref, ...facts })
    .onConflict((conflict) => conflict.columns(['project_id', 'ref']).doUpdateSet(facts))
    .execute();
}

async function find(db: Database, projectId: number, pipelineId: number): Promise<Pipeline | undefined> {
  const row = await db
    .selectFrom('pipelines')
    .select('document')
    .where('project_id', '=', projectId)
    .where('pipeline_id', '=', pipelineId)
    .executeTakeFirst();
  return row && toPipeline(row.document, pipelineId);
}

async function save(db: Database, pipeline: Pipeline): Promise<void> {
  const facts = {
    ref: pipeline.ref,
    sha: pipeline.sha,
    upstream_project_id: pipeline.upstream?.project.id ?? null,
    upstream_pipeline_id: pipeline.upstream?.pipelineId ?? null,
    status: pipeline.status,
    open: isPipelineFinished(pipeline.status) ? 0 : 1,
    folded_at: pipeline.foldedAt.getTime(),
    document: encodeDocument(pipeline),
  };
  await db
    .insertInto('pipelines')
    .values({ project_id: pipeline.project.id, pipeline_id: pipeline.id, ...facts })
    .onConflict((conflict) => conflict.columns(['project_id', 'pipeline_id']).doUpdateSet(facts))
    .execute();
  await saveJobs(db, pipeline);
}

/** Instances that a retry replaced keep pointing here, since late hooks of theirs may still come. */
async function saveJobs(db: Database, pipeline: Pipeline): Promise<void> {
  const rows = await db
    .selectFrom('pipeline_jobs')
    .select('job_id')
    .where('project_id', '=', pipeline.project.id)
    .where('pipeline_id', '=', pipeline.id)
    .execute();
  const known = new Set(rows.map((row) => row.job_id));
  const fresh = [...new Set(pipeline.jobs.map((job) => job.id))].filter((id) => !known.has(id));
  // Row by row: a statement per count of rows would push the others out of the statement cache.
  for (const jobId of fresh) {
    await db
      .insertInto('pipeline_jobs')
      .values({ project_id: pipeline.project.id, job_id: jobId, pipeline_id: pipeline.id })
      .onConflict((conflict) => conflict.columns(['project_id', 'job_id']).doUpdateSet({ pipeline_id: pipeline.id }))
      .execute();
  }
}

/** Two queries made one: each has its own index, an `or` over both would walk all pipelines of the project. */
async function openPipelines(
  db: Database,
  query: { readonly projectId: number; readonly changedSince: Date; readonly limit: number },
): ReturnType<PipelinesTable['open']> {
  const rows = await db
    .selectFrom('pipelines')
    .select('pipeline_id')
    .where('project_id', '=', query.projectId)
    .where('open', '=', sql.lit(1))
    .union(
      db
        .selectFrom('pipelines')
        .select('pipeline_id')
        .where('project_id', '=', query.projectId)
        .where('folded_at', '>=', query.changedSince.getTime()),
    )
    .orderBy('pipeline_id', 'desc')
    .limit(query.limit)
    .execute();
  return rows.map((row) => ({ pipelineId: row.pipeline_id }));
}

/** A pipeline's threads go with it; its jobs follow by their foreign key. */
async function pruneSome(db: Database, before: number, limit: number): Promise<number> {
  const old = await db
    .selectFrom('pipelines')
    .select(['project_id', 'pipeline_id'])
    .where('folded_at', '<', before)
    .orderBy('folded_at')
    .limit(limit)
    .execute();
  for (const row of old) {
    await db
      .deleteFrom('threads')
      .where('project_id', '=', row.project_id)
      .where('pipeline_id', '=', row.pipeline_id)
      .execute();
    await db
      .deleteFrom('pipelines')
      .where('project_id', '=', row.project_id)
      .where('pipeline_id', '=', row.pipeline_id)
      .execute();
  }
  return old.length;
}

function toPipeline(document: string, pipelineId: number): Pipeline {
  return decodeDocument(document, PipelineDocument, `pipeline ${pipelineId}`);
}
