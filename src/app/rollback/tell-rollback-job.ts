import { z } from 'zod';
import { renderRollbackJobSeen } from '../../cards/rollback-seen.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { takeBack } from '../../domain/environment-record.ts';
import { NotFoundError, PayloadError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import { isChild, type Pipeline } from '../../domain/pipeline.ts';
import { environmentRule, type ProjectRules } from '../../domain/project.ts';
import { takesBack } from '../../domain/rollback.ts';
import { observedEntry } from '../audit/observed-entry.ts';
import { rememberEnvironments } from '../environments/remember-environments.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { InboxRow, NewInboxRow, Store, Tables } from '../store-ports.ts';
import { putRollbackNews } from './put-rollback-news.ts';
import { isOurs } from './tell-rollback.ts';

export interface TellRollbackJobDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'ciGraph' | 'successfulDeployments'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

const Work = z.object({
  kind: z.literal('rollback_job'),
  projectId: z.number(),
  pipelineId: z.number(),
  job: z.object({
    id: z.number(),
    name: z.string(),
    manual: z.boolean().optional(),
    environment: z
      .object({ name: z.string(), action: z.enum(['start', 'prepare', 'stop', 'verify', 'access']) })
      .optional(),
    user: z.object({ id: z.number().optional(), username: z.string(), name: z.string() }).optional(),
    finishedAt: z.coerce.date().optional(),
  }),
});
type RanJob = z.output<typeof Work>['job'];

/** How far back it is looked for what was deployed there last. */
const deploymentsRead = 20;

/** While a deploy that may end by this very job is under way, it is not yet known who tells of it. */
const lookAgainMs = 5_000;

/** The inbox row that tells of a rollback job which ended with success. */
export function rollbackJobRow(pipeline: Pipeline, job: Job, now: Date): NewInboxRow {
  const { project, id: pipelineId } = pipeline;
  const { id, name, manual, environment, user, finishedAt } = job;
  const ran = { id, name, manual, environment, user, finishedAt };
  const body = JSON.stringify({ kind: 'rollback_job', projectId: project.id, pipelineId, job: ran });
  return { key: `rollback-seen/${project.id}/job:${id}`, source: 'internal', body, receivedAt: now };
}

/**
 * Tells the project's channels that a rollback job of a pipeline took an environment back, and records it: somebody
 * played it on GitLab's page, or the pipeline itself did. What an operation of ours tells of is left to that.
 * @throws GitLabError to be tried again later.
 */
export async function tellRollbackJob(row: InboxRow, deps: TellRollbackJobDeps): Promise<void> {
  const { projectId, pipelineId, job } = Work.parse(JSON.parse(row.body));
  const pipeline = await deps.store.tables.pipelines.find(projectId, pipelineId);
  const rules = pipeline && deps.settings().rulesFor(pipeline.project.path);
  const now = deps.clock.now();
  if (!pipeline || !rules) return deps.store.tables.inbox.done(row.id, 'not_followed', now);
  const declared = job.environment ? job : await asDeclared(job, pipeline, deps);
  const environment = takesBack(declared, rules);
  if (environment === undefined) return deps.store.tables.inbox.done(row.id, 'no_rollback', now);
  const successes = await deps.gitlab.successfulDeployments(projectId, environment, deploymentsRead);
  await deps.store.transaction(async (tables) => {
    const whose = await whoTells(tables, { pipeline, job: declared, environment, rules });
    if (whose === 'undecided') {
      return tables.inbox.goOn(row.id, row.body, new Date(now.getTime() + lookAgainMs));
    }
    await noteTakenBack(tables, { projectId, environment, successes, job, now });
    if (whose === 'observed') await tell(tables, { pipeline, job: declared, environment, now }, deps.settings());
    await tables.inbox.done(row.id, whose, now);
  });
  deps.wake('outbox');
}

/** What the commit's configuration says of the job; that of a child pipeline is not to be had. */
async function asDeclared(job: RanJob, pipeline: Pipeline, { gitlab }: TellRollbackJobDeps): Promise<RanJob> {
  if (isChild(pipeline)) return job;
  const graph = await gitlab.ciGraph(pipeline.project.id, pipeline.sha).catch((error: unknown) => {
    if (error instanceof PayloadError || error instanceof NotFoundError) return { jobs: [] };
    throw error;
  });
  const declared = graph.jobs.find(({ name }) => name === job.name);
  return { ...job, environment: declared?.environment, manual: job.manual ?? declared?.manual };
}

/** From now on nobody takes the newest deployment for what runs there. */
async function noteTakenBack(
  tables: Tables,
  about: {
    readonly projectId: number;
    readonly environment: string;
    readonly successes: readonly Deployment[];
    readonly job: RanJob;
    readonly now: Date;
  },
): Promise<void> {
  const { projectId, environment, successes, job, now } = about;
  await rememberEnvironments(tables, [{ projectId, environment, successes }], now);
  const record = await tables.environments.find(projectId, environment);
  const by = job.manual === false ? undefined : job.user;
  if (record) await tables.environments.save(takeBack(record, { at: job.finishedAt ?? now, by }));
}

interface Seen {
  readonly pipeline: Pipeline;
  readonly job: RanJob;
  readonly environment: string;
}

/** A deploy that rolls back by itself waits for the pipeline's own job, and tells of it at its end. */
async function whoTells(
  tables: Tables,
  { pipeline, job, environment, rules }: Seen & { readonly rules: ProjectRules },
): Promise<'observed' | 'ours' | 'undecided'> {
  const { project, id: pipelineId } = pipeline;
  if (await isOurs(tables, project.id, { pipelineId, jobId: job.id, environment })) return 'ours';
  const operations = await tables.operations.ofPipeline(project.id, pipelineId);
  const deploys = operations.filter((other) => other.kind === 'deploy' && other.environment === environment);
  if (deploys.some(({ takenBack }) => takenBack?.by === 'pipeline' && takenBack.job === job.name)) return 'ours';
  const isAutomatic = environmentRule(rules, environment)?.rollback?.auto === true;
  return isAutomatic && deploys.some(({ state }) => state === 'active') ? 'undecided' : 'observed';
}

async function tell(tables: Tables, seen: Seen & { readonly now: Date }, settings: Settings): Promise<void> {
  const { pipeline, job, environment, now } = seen;
  const { project, ref, sha, id: pipelineId } = pipeline;
  const byItself = job.manual === false;
  const record = await tables.environments.find(project.id, environment);
  const by = byItself ? undefined : job.user;
  const card = renderRollbackJobSeen({
    pipeline,
    job: { id: job.id, name: job.name },
    environment,
    by,
    byItself,
    left: record?.live,
    at: job.finishedAt ?? now,
  });
  await putRollbackNews(tables, { project, environment, key: `job:${job.id}`, card, now }, settings);
  const deployment = { environment, ref, sha, pipelineId, jobId: job.id, user: by };
  const entry = observedEntry({ project, deployment, identityUsers: settings.identityUsers, now });
  await tables.audit.append({
    ...entry,
    ...(byItself ? { reason: 'job_of_pipeline' } : {}),
    action: 'rollback.observed',
    outcome: 'succeeded',
  });
}
