import type { Person } from './actor.ts';
import { type Deployment, deploymentProgress } from './deployment.ts';
import type { DomainEvent, JobChanged, PipelineObserved } from './event.ts';
import { isActive, isFinished, type Job, progress } from './job.ts';
import type { ProjectRef } from './project.ts';
import { isSame } from './same.ts';

const statuses = [
  'created',
  'waiting_for_resource',
  'waiting_for_callback',
  'preparing',
  'pending',
  'running',
  'success',
  'failed',
  'canceling',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
] as const;

/** A pipeline's status as GitLab has it. `manual`: blocked until somebody plays a job. */
export type PipelineStatus = (typeof statuses)[number] | 'unknown';

/**
 * What may have made a pipeline, in GitLab's words.
 * @see https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable
 */
export const pipelineSources = [
  'api',
  'chat',
  'container_registry_push',
  'duo_workflow',
  'external',
  'external_pull_request_event',
  'merge_request_event',
  'ondemand_dast_scan',
  'ondemand_dast_validation',
  'parent_pipeline',
  'pipeline',
  'pipeline_execution_policy_schedule',
  'push',
  'schedule',
  'security_orchestration_policy',
  'trigger',
  'web',
  'webide',
] as const;

/** The pipeline that made another one, with a trigger job: its parent, or one of another project. */
export interface Upstream {
  readonly project: ProjectRef;
  readonly pipelineId: number;
  /** The trigger job, where GitLab was asked for it. */
  readonly jobName?: string | undefined;
}

/** What GitLab says of a pipeline itself. */
export interface PipelineFacts {
  readonly project: ProjectRef;
  readonly id: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly status: PipelineStatus;
  readonly source?: string | undefined;
  /** Only of child and multi-project pipelines. REST does not say it. */
  readonly upstream?: Upstream | undefined;
  readonly url: string;
  readonly stages: readonly string[];
  readonly createdAt?: Date | undefined;
  readonly finishedAt?: Date | undefined;
  readonly durationSeconds?: number | undefined;
  readonly user?: Person | undefined;
  readonly commitTitle?: string | undefined;
  readonly commitAuthor?: string | undefined;
  readonly mergeRequest?: { readonly iid: number; readonly title: string; readonly url: string } | undefined;
}

/** A pipeline as we hold it: the latest instance of each job (by id), and the deployments its jobs made. */
export interface Pipeline extends PipelineFacts {
  readonly jobs: readonly Job[];
  readonly deployments: readonly Deployment[];
  /** When the last event was folded in; an older poll does not override it. */
  readonly foldedAt: Date;
}

/** The status in GitLab's word; `unknown` for one that we do not know. */
export function decodePipelineStatus(text: string): PipelineStatus {
  return statuses.find((status) => status === text) ?? 'unknown';
}

/** Whether we have heard of its jobs alone, which say neither what made the pipeline nor who. */
export function isKnownByJobsOnly({ source, user, createdAt }: PipelineFacts): boolean {
  return source === undefined && user === undefined && createdAt === undefined;
}

/** Whether it is a part of another pipeline of its own project, so that its end says nothing of the branch. */
export function isChild({ source, upstream, project }: PipelineFacts): boolean {
  return source === 'parent_pipeline' || upstream?.project.id === project.id;
}

/** Nothing moves in it by itself any more (a retry or a play may reopen it). */
export function isPipelineFinished(status: PipelineStatus): boolean {
  return status === 'success' || status === 'failed' || status === 'canceled' || status === 'skipped';
}

/** The jobs that made the pipeline fail: failed, and not allowed to. In the order they ended. */
export function failedJobs(pipeline: { readonly jobs: readonly Job[] }): readonly Job[] {
  return pipeline.jobs
    .filter((job) => job.status === 'failed' && !job.allowFailure)
    .toSorted((a, b) => (a.finishedAt?.getTime() ?? 0) - (b.finishedAt?.getTime() ?? 0) || a.id - b.id);
}

/** Jobs at which the pipeline waits for a person: manual, ready to be played, and not optional. */
export function openGates(pipeline: { readonly jobs: readonly Job[] }): readonly Job[] {
  return pipeline.jobs.filter((job) => job.status === 'manual' && !job.allowFailure);
}

/**
 * Folds one event into what we hold of a pipeline. Stale and repeated events change nothing: a job instance never
 * falls back, and a finished pipeline is reopened only by a job that moved on. A poll that began after the last fold
 * is the truth and wins whole.
 */
export function evolvePipeline(held: Pipeline | undefined, event: DomainEvent, now: Date): Pipeline | undefined {
  switch (event.kind) {
    case 'pipeline':
      return foldObserved(held, event, now);
    case 'job':
      return foldJob(held, event, now);
    case 'deployment': {
      if (!held) return undefined;
      const deployments = mergeDeployment(held.deployments, event.deployment);
      const jobs = nameEnvironment(held.jobs, event.deployment);
      if (deployments === held.deployments && jobs === held.jobs) return held;
      return { ...held, deployments, jobs, foldedAt: now };
    }
  }
}

function foldObserved(held: Pipeline | undefined, event: PipelineObserved, now: Date): Pipeline {
  const { pipeline: facts } = event;
  if (!held) return { ...facts, jobs: latestByName(event.jobs), deployments: [], foldedAt: now };

  if (event.observedAt && event.observedAt > held.foldedAt) {
    const jobs = latestByName(event.jobs.map((job) => keepKnown(held, job)));
    return settle(held, { ...keepFacts(held, facts), jobs, deployments: held.deployments, foldedAt: now });
  }
  const jobs = mergeJobs(held.jobs, event.jobs);
  const moved = jobs !== held.jobs;
  const stale = event.jobs.some((job) => isBehind(job, held));
  const status = !stale && isPlausible(facts, held, jobs, moved) ? facts : held;
  return settle(held, {
    ...keepFacts(held, facts),
    status: status.status,
    finishedAt: status.finishedAt,
    durationSeconds: status.durationSeconds ?? held.durationSeconds,
    jobs,
    deployments: held.deployments,
    foldedAt: now,
  });
}

/** The same state again must be the same object, so that nobody renders or stores it again. */
function settle(held: Pipeline, next: Pipeline): Pipeline {
  return isSame(held, { ...next, foldedAt: held.foldedAt }) ? held : next;
}

/** A payload with a job that we have seen further on was built before that: its pipeline status is old news too. */
function isBehind(job: Job, held: Pipeline): boolean {
  const known = held.jobs.find((other) => other.name === job.name);
  if (!known) return false;
  return job.id === known.id ? progress(job.status) < progress(known.status) : job.id < known.id;
}

/**
 * Whether a payload's pipeline status can be true beside the jobs we hold. Hooks are built from older states, so a
 * `running` may come after `success`: it counts only if some job is on its way. Bridges are not among the jobs, so a
 * pipeline that was never seen finished is believed.
 */
function isPlausible(facts: PipelineFacts, held: Pipeline, jobs: readonly Job[], moved: boolean): boolean {
  const active = jobs.some((job) => isActive(job.status));
  if (isPipelineFinished(facts.status)) return !active || facts.status === 'canceled';
  if (facts.status === 'manual') return jobs.some((job) => job.status === 'manual') && !active;
  if (!isPipelineFinished(held.status) && held.status !== 'manual') return true;
  return active || (moved && jobs.every((job) => !isFinished(job.status)));
}

function foldJob(held: Pipeline | undefined, event: JobChanged, now: Date): Pipeline {
  if (!held) {
    return {
      project: event.project,
      id: event.pipelineId,
      ref: event.ref,
      tag: event.tag,
      sha: event.sha,
      upstream: event.upstream,
      status: 'running',
      url: `${event.project.url}/-/pipelines/${event.pipelineId}`,
      stages: [event.job.stage],
      commitTitle: event.commitTitle,
      commitAuthor: event.commitAuthor,
      jobs: [event.job],
      deployments: [],
      foldedAt: now,
    };
  }
  const jobs = mergeJobs(held.jobs, [event.job]);
  const upstream = mergeUpstream(held.upstream, event.upstream);
  if (jobs === held.jobs) return isSame(upstream, held.upstream) ? held : { ...held, upstream, foldedAt: now };
  const stages = held.stages.includes(event.job.stage) ? held.stages : [...held.stages, event.job.stage];
  const reopened = isActive(event.job.status) && (isPipelineFinished(held.status) || held.status === 'manual');
  return {
    ...held,
    upstream,
    jobs,
    stages,
    status: reopened ? 'running' : held.status,
    finishedAt: reopened ? undefined : held.finishedAt,
    foldedAt: now,
  };
}

/** Facts that a poorer source leaves out stay as we know them. */
function keepFacts(held: PipelineFacts, facts: PipelineFacts): PipelineFacts {
  return {
    ...facts,
    project: { ...facts.project, defaultBranch: facts.project.defaultBranch ?? held.project.defaultBranch },
    source: facts.source ?? held.source,
    upstream: mergeUpstream(held.upstream, facts.upstream),
    stages: facts.stages.length >= held.stages.length ? facts.stages : held.stages,
    user: facts.user ?? held.user,
    commitTitle: facts.commitTitle ?? held.commitTitle,
    commitAuthor: facts.commitAuthor ?? held.commitAuthor,
    mergeRequest: facts.mergeRequest ?? held.mergeRequest,
    createdAt: facts.createdAt ?? held.createdAt,
  };
}

/** Hooks leave out the trigger job's name. */
function mergeUpstream(held: Upstream | undefined, told: Upstream | undefined): Upstream | undefined {
  return told ? { ...told, jobName: told.jobName ?? held?.jobName } : held;
}

/** REST jobs lack what hooks say (environment, manual): what we knew of the same instance or name stays. */
function keepKnown(held: Pipeline, job: Job): Job {
  const known = held.jobs.find((other) => other.name === job.name);
  if (!known) return job;
  return {
    ...job,
    manual: job.manual ?? known.manual,
    environment: job.environment ?? known.environment,
    failureReason: job.failureReason ?? (known.id === job.id ? known.failureReason : undefined),
  };
}

function mergeJobs(held: readonly Job[], incoming: readonly Job[]): readonly Job[] {
  const merged = mergeNewer(held, incoming, (job, known) => isNewer(job, known) && !isRevival(job, known));
  // Skipped jobs are revived by a job that was played and so is on its way; else an older hook shows them as they were.
  return merged.some((job) => isActive(job.status)) ? mergeNewer(merged, incoming, isNewer) : merged;
}

function mergeNewer(
  held: readonly Job[],
  incoming: readonly Job[],
  counts: (job: Job, known: Job) => boolean,
): readonly Job[] {
  let changed = false;
  const byName = new Map(held.map((job) => [job.name, job]));
  for (const job of incoming) {
    const known = byName.get(job.name);
    if (known && !counts(job, known)) continue;
    byName.set(job.name, known ? mergeJob(known, job) : job);
    changed = true;
  }
  return changed ? [...byName.values()] : held;
}

function isRevival(job: Job, known: Job): boolean {
  return job.id === known.id && job.status === 'created' && known.status === 'skipped';
}

function isNewer(job: Job, known: Job): boolean {
  if (job.id !== known.id) return job.id > known.id;
  if (progress(job.status) !== progress(known.status)) return progress(job.status) > progress(known.status);
  if (isFinished(known.status)) return known.finishedAt === undefined && job.finishedAt !== undefined;
  return job.status !== known.status || saysMore(job, known);
}

/** Hooks know of a job what REST leaves out. */
function saysMore(job: Job, known: Job): boolean {
  const names = known.environment === undefined && job.environment !== undefined;
  return names || (known.manual === undefined && job.manual !== undefined);
}

function mergeJob(known: Job, job: Job): Job {
  return {
    ...job,
    manual: job.manual ?? known.manual,
    environment: job.environment ?? known.environment,
    user: job.user ?? known.user,
    startedAt: job.startedAt ?? (job.id === known.id ? known.startedAt : undefined),
  };
}

function latestByName(jobs: readonly Job[]): readonly Job[] {
  const byName = new Map<string, Job>();
  for (const job of jobs) {
    const known = byName.get(job.name);
    if (!known || job.id > known.id) byName.set(job.name, job);
  }
  return [...byName.values()].toSorted((a, b) => a.id - b.id);
}

/** Only jobs that start an environment make deployments: of a job read by REST it is the one way to know. */
function nameEnvironment(held: readonly Job[], { jobId, environment, tier }: Deployment): readonly Job[] {
  const lacks = (job: Job): boolean => job.id === jobId && job.environment === undefined;
  if (!held.some(lacks)) return held;
  return held.map((job) => (lacks(job) ? { ...job, environment: { name: environment, action: 'start', tier } } : job));
}

function mergeDeployment(held: readonly Deployment[], incoming: Deployment): readonly Deployment[] {
  const known = held.find((deployment) => deployment.id === incoming.id);
  if (!known) return [...held, incoming];
  if (deploymentProgress(incoming.status) <= deploymentProgress(known.status)) return held;
  const merged: Deployment = {
    ...incoming,
    sha: incoming.sha ?? known.sha,
    pipelineId: incoming.pipelineId ?? known.pipelineId,
    tier: incoming.tier ?? known.tier,
    externalUrl: incoming.externalUrl ?? known.externalUrl,
    user: incoming.user ?? known.user,
    createdAt: incoming.createdAt ?? known.createdAt,
  };
  return held.map((deployment) => (deployment.id === incoming.id ? merged : deployment));
}
