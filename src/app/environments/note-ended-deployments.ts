import { versionOf } from '../../cards/pipeline-words.ts';
import { type EndedDeployment, isWayBack, measureDeployment } from '../../domain/ended-deployment.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { Notice } from '../../domain/thread.ts';
import { operationOf, whoAsked } from '../input/who-asked.ts';
import { playedJob } from '../notices/put-notice.ts';
import { renderNotice } from '../notices/render-notice.ts';
import { mailRow } from '../outside/mail-row.ts';
import { endedRow } from '../outside/tell-ended-deployment.ts';
import { lineageOf } from '../pipelines/pipeline-family.ts';
import type { Tables } from '../store-ports.ts';

/** What is new of a pipeline, as the fold decided. */
export interface EndedNews {
  readonly pipeline: Pipeline;
  readonly notices: readonly Notice[];
  readonly now: Date;
}

type DeploymentNotice = Extract<Notice, { kind: 'deployment' }>;

/**
 * Writes down what is told beside Slack of deployments that ended and of verifications that failed. To be called in the
 * transaction of the fold, before the environment's record is changed: how long it was broken is read there.
 */
export async function noteEndedDeployments(tables: Tables, news: EndedNews): Promise<void> {
  for (const notice of news.notices) {
    if (notice.kind === 'deployment') await noteDeployment(tables, notice, news);
    if (notice.kind !== 'job_failed' || notice.job.environment?.action !== 'verify') continue;
    const { id, environment } = notice.job;
    await addMail(tables, { environment: environment.name, key: `job:${id}`, notice }, news);
  }
}

async function noteDeployment(tables: Tables, notice: DeploymentNotice, news: EndedNews): Promise<void> {
  const { pipeline, now } = news;
  const ended = await readEnd(tables, notice, news);
  if (!ended) return;
  const { jobId, id } = notice.deployment;
  const key = jobId === undefined ? `deployment:${id}` : `job:${jobId}`;
  await tables.inbox.add(endedRow(ended, { key: `${pipeline.project.id}/${key}/${ended.outcome}`, now }));
  if (ended.outcome === 'failed') await addMail(tables, { environment: ended.environment, key, notice }, news);
}

async function addMail(
  tables: Tables,
  mailed: { readonly environment: string; readonly key: string; readonly notice: Notice },
  { pipeline, now }: EndedNews,
): Promise<void> {
  const { environment, key, notice } = mailed;
  const content = renderNotice({ notice, pipeline });
  await tables.inbox.add(mailRow({ project: pipeline.project, environment, key, content }, now));
}

async function readEnd(
  tables: Tables,
  { deployment: told, outcome, job, at }: DeploymentNotice,
  { pipeline, now }: EndedNews,
): Promise<EndedDeployment | undefined> {
  // A deployment whose job never ran was canceled with its pipeline: nothing came of it.
  if (outcome === 'started' || (outcome === 'canceled' && job?.startedAt === undefined)) return undefined;
  // Webhooks say these only in part: the pipeline does.
  const deployment = { ...told, pipelineId: pipeline.id, ref: pipeline.ref, sha: pipeline.sha };
  const played = playedJob(pipeline, told.jobId);
  const [record, operation, lineage] = [
    await tables.environments.find(pipeline.project.id, told.environment),
    await operationOf(tables, played),
    await lineageOf(tables, pipeline),
  ];
  const root = lineage.at(-1) ?? pipeline;
  const endedAt = at ?? now;
  const startedAt = job?.startedAt ?? told.createdAt ?? endedAt;
  const by = (await whoAsked(tables, played)) ?? told.user ?? job?.user;
  return {
    project: pipeline.project.path,
    environment: told.environment,
    tier: told.tier ?? record?.tier,
    version: versionOf(pipeline),
    outcome,
    rollback: operation?.kind === 'rollback' || isWayBack(deployment, record),
    startedAt: startedAt < endedAt ? startedAt : endedAt,
    endedAt,
    by: by?.name,
    url: job?.url ?? pipeline.url,
    ...measureDeployment({ deployment, endedAt, record, taggedAt: root.tag ? root.createdAt : undefined }),
  };
}
