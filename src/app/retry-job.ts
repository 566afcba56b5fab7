import { renderFailure } from '../cards/failure.ts';
import { renderJobRetried } from '../cards/job-retried.ts';
import { renderRefusal } from '../cards/refusal.ts';
import type { Actor } from '../domain/actor.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { commandLine } from '../domain/command-line.ts';
import { GitLabError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import { code, type Phrase, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { decidePolicy } from '../domain/policy.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { GitLabReads, GitLabWrites } from './gitlab-ports.ts';
import { identifyActor } from './identify-actor.ts';
import { findHome } from './pipeline-family.ts';
import type { Clock, Lease, Log, Settings, SlackContent, SlackGateway, Wake } from './ports.ts';
import { refusePolicy } from './refuse-policy.ts';
import type { AnswerDraft, Store } from './store-ports.ts';

export interface RetryJobDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'project' | 'job' | 'jobs' | 'ciGraph' | 'userByName' | 'accessLevel'> &
    Pick<GitLabWrites, 'retryJob'>;
  readonly slack: Pick<SlackGateway, 'user'>;
  readonly store: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** A press on *Retry*. */
export interface RetryPress {
  /** `<project id>/<job id>`. */
  readonly value: string;
  readonly slackUserId: string;
  readonly channel: string;
  readonly to: AnswerDraft['to'];
  readonly row: { readonly id: number; readonly key: string };
}

/** No write to GitLab may take longer; the lease must hold for as long. */
const writeLimitMs = 8_000;

/**
 * Runs a failed job again. Safe to repeat after a crash: only the newest instance of a job is ever retried, and a
 * retry makes a newer one. A job that starts an environment is not run here: the command that is returned asks for it
 * as a deploy, with every gate that a deploy has.
 */
export async function retryJob(press: RetryPress, deps: RetryJobDeps): Promise<string | undefined> {
  const [projectId = Number.NaN, jobId = Number.NaN] = press.value.split('/').map(Number);
  const { actor, restricted } = await identifyActor(press.slackUserId, { ...deps, settings: deps.settings() });
  const [project, job, pipeline, accessLevel] = await Promise.all([
    deps.gitlab.project(projectId),
    deps.gitlab.job(projectId, jobId),
    deps.store.tables.pipelines.findByJob(projectId, jobId),
    actor.gitlab?.id === undefined ? 0 : deps.gitlab.accessLevel(projectId, actor.gitlab.id),
  ]);
  const about: About = { press, actor, job, audit: { project: project.path, jobId, pipelineId: pipeline?.id } };
  const notDone = say`${code(job.name)} was not run again.`;
  const decision = decidePolicy({ action: 'retry', actor, accessLevel, restricted });
  if (decision.kind === 'refuse') {
    const refusal = refusePolicy(decision, { notDone, actor, project: { ref: project } });
    await answerRefused(about, refusal, deps);
    return undefined;
  }
  if (!pipeline || job.status !== 'failed' || !(await isNewest(pipeline, job, deps))) {
    await answerRefused(about, outOfDate(job, notDone), deps);
    return undefined;
  }
  const touched = await touchedEnvironment(pipeline, job, deps);
  if (touched.kind === 'starts') return deployAgain(pipeline, job, touched.environment);
  if (touched.kind === 'unknown') await answerRefused(about, inGitLab(job, notDone), deps);
  else await callGitLab({ ...about, pipeline }, deps);
  return undefined;
}

interface About {
  readonly press: RetryPress;
  readonly actor: Actor;
  readonly job: Job;
  readonly audit: Pick<AuditEntry, 'project' | 'jobId' | 'pipelineId'>;
}

async function isNewest(pipeline: Pipeline, job: Job, { gitlab }: RetryJobDeps): Promise<boolean> {
  const jobs = await gitlab.jobs(pipeline.project.id, pipeline.id);
  return jobs.find(({ name }) => name === job.name)?.id === job.id;
}

/** What the job does to an environment. Where nobody can say, it is not for us to run. */
async function touchedEnvironment(
  pipeline: Pipeline,
  job: Job,
  { gitlab }: RetryJobDeps,
): Promise<{ readonly kind: 'none' | 'unknown' } | { readonly kind: 'starts'; readonly environment: string }> {
  const told = pipeline.jobs.find(({ name }) => name === job.name)?.environment;
  const graph = await gitlab.ciGraph(pipeline.project.id, pipeline.sha);
  const declared = graph.jobs.find(({ name }) => name === job.name);
  const environment = told ?? declared?.environment;
  if (!environment) return { kind: declared ? 'none' : 'unknown' };
  if (environment.action === 'stop' || environment.name.includes('$')) return { kind: 'unknown' };
  return environment.action === 'start' ? { kind: 'starts', environment: environment.name } : { kind: 'none' };
}

function deployAgain({ project, tag, ref, sha }: Pipeline, job: Job, environment: string): string {
  const version = tag ? ref : sha;
  return commandLine('', '/deploy', [`${project.path}:${environment}`, version, '--job', job.name, '--again']);
}

/** The deed: intended is on disk before the request leaves. */
async function callGitLab(about: About & { readonly pipeline: Pipeline }, deps: RetryJobDeps): Promise<void> {
  const { job, pipeline } = about;
  await deps.lease.ensure(writeLimitMs);
  await deps.store.transaction((tables) => tables.audit.append(auditOf(about, 'intended', deps)));
  try {
    const started = await deps.gitlab.retryJob(pipeline.project.id, job.id);
    await answerDone({ ...about, started }, deps);
  } catch (error) {
    if (!(error instanceof GitLabError)) throw error;
    const mayHaveStarted = error.outcome === 'unknown';
    const card = renderFailure({
      code: error.code,
      notDone: mayHaveStarted ? 'GitLab did not say whether the job runs again.' : 'The job was not run again.',
      fact: error.retryable ? 'GitLab does not answer.' : error.message,
      hint: mayHaveStarted ? 'Look at the pipeline before you press again.' : error.hint,
      mayHaveStarted,
    });
    await answer(about, { card, outcome: mayHaveStarted ? 'unknown' : 'failed', reason: `http_${error.status}` }, deps);
  }
}

/** Told where the failure was told, to everybody. */
async function answerDone(
  about: About & { readonly pipeline: Pipeline; readonly started: Job },
  deps: RetryJobDeps,
): Promise<void> {
  const { press, actor, pipeline, started } = about;
  const now = deps.clock.now();
  const card = renderJobRetried({ pipeline, job: started, by: actor });
  await deps.store.transaction(async (tables) => {
    const { thread } = await findHome(tables, press.channel, pipeline);
    if (thread) {
      const { channel, newsKey: rootKey } = thread;
      const key = `${rootKey}/job:${started.id}/retried`;
      await tables.outbox.put({ key, channel, rootKey, lane: 'deployment', ...card }, now);
    }
  });
  await answer({ ...about, audit: { ...about.audit, jobId: started.id } }, { card, outcome: 'succeeded' }, deps);
}

async function answerRefused(about: About, refusal: Refusal, deps: RetryJobDeps): Promise<void> {
  await answer(about, { card: renderRefusal(refusal), outcome: 'refused', reason: refusal.code }, deps);
}

async function answer(
  about: About,
  what: { readonly card: SlackContent; readonly outcome: AuditEntry['outcome']; readonly reason?: string },
  deps: RetryJobDeps,
): Promise<void> {
  const { press, job } = about;
  const { card, outcome, reason } = what;
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({ ...auditOf(about, outcome, deps), reason });
    await tables.outbox.answer({ key: `answer/${press.row.key}`, to: press.to, ...card }, deps.clock.now());
    await tables.inbox.done(press.row.id, reason ?? outcome, deps.clock.now());
  });
  deps.wake('outbox');
  deps.log.info({ job_id: job.id, actor: press.slackUserId, reason: reason ?? outcome }, 'retry answered');
}

function auditOf({ press, actor, audit }: About, outcome: AuditEntry['outcome'], deps: RetryJobDeps): AuditEntry {
  return { at: deps.clock.now(), actor, action: 'job.retry', outcome, channel: press.channel, ...audit };
}

function outOfDate(job: Job, notDone: Phrase): Refusal {
  return {
    code: 'button_out_of_date',
    notDone,
    fact: say`This button is out of date: the job was run again since, or its pipeline is not known any more.`,
    todo: job.url === undefined ? [] : [{ kind: 'open', label: 'Open the job', url: job.url }],
  };
}

function inGitLab(job: Job, notDone: Phrase): Refusal {
  return {
    code: 'retry_in_gitlab',
    notDone,
    fact: say`I cannot tell which environment ${code(job.name)} touches, so I do not know who may run it.`,
    todo: job.url === undefined ? [] : [{ kind: 'open', label: 'Retry it in GitLab', url: job.url }],
  };
}
