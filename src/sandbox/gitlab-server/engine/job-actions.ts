import { type Job, latestJobs, type User, type Variable, type World } from '../world.ts';
import { assignResources, enqueueJob, processPipeline } from './process.ts';
import { isApproved, mayDeploy } from './protection.ts';
import { announceJob, deploymentOfJob, isOutdated, moveJob, refreshPipeline } from './transitions.ts';

/** What came of a person's or the API's act on a job; `refused` carries the HTTP status and GitLab's words. */
export type ActionResult =
  | { readonly kind: 'done'; readonly job: Job }
  | { readonly kind: 'refused'; readonly status: 400 | 403; readonly message: string };

/**
 * Plays a manual job. On a finished manual job it silently retries instead, without the given variables, and still
 * returns the job that was addressed, as GitLab does.
 */
export function playJob(world: World, job: Job, user: User, variables: readonly Variable[]): ActionResult {
  if (!mayWrite(world, job, user)) return forbidden();
  if (!isPlayable(world, job)) return { kind: 'refused', status: 400, message: '400 Bad request - Unplayable Job' };
  if (variables.length > 0 && !maySetVariables(world, user)) return forbidden();
  if (job.status !== 'manual') {
    cloneJob(world, job, user, 'at once');
    return { kind: 'done', job };
  }
  job.userId = user.id;
  job.variables = variables;
  job.enqueueAtOnce = true;
  enqueueJob(world, job);
  reviveDependents(world, job);
  processPipeline(world, job.pipelineId);
  return { kind: 'done', job };
}

/** Retries the latest instance of a finished job as a new job of the same pipeline, and returns the new one. */
export function retryJob(world: World, job: Job, user: User): ActionResult {
  if (!mayWrite(world, job, user)) return forbidden();
  if (!isRetryable(job)) return { kind: 'refused', status: 403, message: '403 Forbidden - Job is not retryable' };
  return { kind: 'done', job: cloneJob(world, job, user, 'at once') };
}

/** Cancels what has not ended; on an ended job nothing happens and the answer is the same. */
export function cancelJob(world: World, job: Job, user: User): ActionResult {
  if (!mayWrite(world, job, user)) return forbidden();
  if (isCancelable(job)) {
    moveJob(world, job, 'canceled');
    processPipeline(world, job.pipelineId);
    world.defer(() => assignResources(world));
  }
  return { kind: 'done', job };
}

/** Retries every failed and canceled job of a pipeline; manual ones wait for a press again. */
export function retryPipeline(world: World, pipelineId: number, user: User): void {
  for (const job of latestJobs(world, pipelineId)) {
    const hasFailed = job.status === 'failed' || job.status === 'canceled';
    if (hasFailed && isRetryable(job) && mayWrite(world, job, user)) cloneJob(world, job, user, 'when its turn comes');
  }
  for (const job of latestJobs(world, pipelineId)) if (job.status === 'skipped') moveJob(world, job, 'created');
  processPipeline(world, pipelineId);
}

/** Cancels every job of a pipeline that has not ended; jobs that wait for a press stay manual. */
export function cancelPipeline(world: World, pipelineId: number): void {
  for (const job of latestJobs(world, pipelineId)) {
    if (isCancelable(job)) moveJob(world, job, 'canceled');
    // Children are canceled with their parent, pipelines of other projects are not.
    if (job.downstream?.projectId === world.project.id) cancelPipeline(world, job.downstream.pipelineId);
  }
  refreshPipeline(world, pipelineId);
  world.defer(() => assignResources(world));
}

/** True when the user's role allows job and pipeline variables. */
export function maySetVariables(world: World, user: User): boolean {
  const needed = { developer: 30, maintainer: 40, owner: 50, no_one_allowed: Number.POSITIVE_INFINITY };
  return (world.members.get(user.id) ?? 0) >= needed[world.settings.variablesRole];
}

function mayWrite(world: World, job: Job, user: User): boolean {
  if ((world.members.get(user.id) ?? 0) < 30 || user.state !== 'active') return false;
  if (job.environment !== undefined && !mayDeploy(world, job.environment.name, user.id)) return false;
  return !isOutdated(world, job);
}

function isPlayable(world: World, job: Job): boolean {
  if (job.when !== 'manual') return false;
  if (job.status !== 'manual' && !isRetryable(job)) return false;
  const deployment = deploymentOfJob(world, job.id);
  return job.status !== 'manual' || deployment === undefined || isApproved(world, deployment);
}

function isRetryable(job: Job): boolean {
  const hasEnded = job.status === 'success' || job.status === 'failed' || job.status === 'canceled';
  return hasEnded && !job.retried && job.failureReason !== 'deployment_rejected';
}

function isCancelable(job: Job): boolean {
  return ['created', 'waiting_for_resource', 'pending', 'running'].includes(job.status);
}

function forbidden(): ActionResult {
  return { kind: 'refused', status: 403, message: '403 Forbidden' };
}

function cloneJob(world: World, job: Job, user: User, runs: 'at once' | 'when its turn comes'): Job {
  const clone: Job = {
    ...job,
    id: world.nextId('job'),
    createdAt: world.now(),
    status: 'created',
    userId: user.id,
    queuedAt: null,
    startedAt: null,
    finishedAt: null,
    failureReason: null,
    downstream: null,
    enqueueAtOnce: runs === 'at once',
    retriesCount: job.retriesCount + 1,
    log: '',
    tests: null,
    coverage: null,
  };
  job.retried = true;
  world.jobs.push(clone);
  announceJob(world, clone);
  if (runs === 'at once') {
    reviveDependents(world, clone);
    processPipeline(world, job.pipelineId);
  }
  return clone;
}

/** Skipped jobs of later stages, and those that need this one, get another chance. */
function reviveDependents(world: World, job: Job): void {
  const jobs = latestJobs(world, job.pipelineId);
  const dependents = new Set<string>([job.name]);
  let size = 0;
  while (size !== dependents.size) {
    size = dependents.size;
    for (const each of jobs) if (each.needs?.some((need) => dependents.has(need)) === true) dependents.add(each.name);
  }
  for (const each of jobs) {
    if (each.status !== 'skipped' || each.id === job.id) continue;
    if (each.stageIndex > job.stageIndex || dependents.has(each.name)) moveJob(world, each, 'created');
  }
}
