import {
  type Deployment,
  type DeploymentStatus,
  type Environment,
  type Job,
  type JobStatus,
  jobOf,
  latestJobs,
  pipelineOf,
  report,
  type World,
} from '../world.ts';
import { combineStatuses } from './status-rules.ts';

/**
 * Job hooks are sent for these only, and when a job is made. One that becomes `manual` or `skipped`, or gets another
 * chance, sends none.
 */
const HOOKED: ReadonlySet<JobStatus> = new Set(['pending', 'running', 'success', 'failed', 'canceled']);

/** Moves a job to a status, with its times, its deployment and its hooks. The pipeline is refreshed apart from it. */
export function moveJob(world: World, job: Job, status: JobStatus, failureReason: string | null = null): void {
  const now = world.now();
  job.status = status;
  job.failureReason = failureReason;
  if (status === 'pending') job.queuedAt = now;
  if (status === 'running') job.startedAt = now;
  if (status === 'success' || status === 'failed' || status === 'canceled') job.finishedAt = now;
  if (status === 'created' || status === 'manual') {
    job.startedAt = null;
    job.finishedAt = null;
  }
  if (HOOKED.has(status) && job.trigger === undefined) report(world, { kind: 'job', jobId: job.id, status });
  syncDeployment(world, job);
  if (status === 'success') applyToEnvironment(world, job);
}

/** Computes the pipeline's status anew and reports a change of it. */
export function refreshPipeline(world: World, pipelineId: number): void {
  const pipeline = pipelineOf(world, pipelineId);
  if (pipeline.yamlErrors !== null) return;
  const status = combineStatuses(latestJobs(world, pipelineId));
  if (status === pipeline.status) return;
  const now = world.now();
  pipeline.status = status;
  pipeline.updatedAt = now;
  if (status === 'running') {
    pipeline.startedAt ??= now;
    pipeline.finishedAt = null;
  }
  if (status === 'success' || status === 'failed' || status === 'canceled') pipeline.finishedAt = now;
  report(world, { kind: 'pipeline', pipelineId });
}

/** Tells of a job that was just made, with its deployment. */
export function announceJob(world: World, job: Job): void {
  ensureEnvironment(world, job);
  createDeployment(world, job);
  // Trigger jobs send no job hooks.
  if (job.trigger === undefined) report(world, { kind: 'job', jobId: job.id, status: 'created' });
}

/** The deployment that a job makes, when it starts an environment. */
export function deploymentOfJob(world: World, jobId: number): Deployment | undefined {
  return world.deployments.find((deployment) => deployment.jobId === jobId);
}

/** The environment's newest successful deployment: "newest" by id, not by time. */
export function lastSuccess(world: World, environmentId: number): Deployment | undefined {
  return world.deployments.findLast((each) => each.environmentId === environmentId && each.status === 'success');
}

/** Finds an environment by its exact name. */
export function environmentNamed(world: World, name: string): Environment | undefined {
  return world.environments.find((environment) => environment.name === name);
}

/** Finds or makes the environment that a job names. */
function ensureEnvironment(world: World, job: Pick<Job, 'environment'>): Environment | undefined {
  const planned = job.environment;
  if (planned === undefined) return undefined;
  const known = environmentNamed(world, planned.name);
  if (known !== undefined) return known;
  const now = world.now();
  const environment: Environment = {
    id: world.nextId('environment'),
    name: planned.name,
    slug: slugOf(planned.name),
    createdAt: now,
    updatedAt: now,
    tier: planned.tier ?? guessTier(planned.name),
    externalUrl: planned.url ?? null,
    state: 'available',
  };
  world.environments.push(environment);
  return environment;
}

/** Makes the deployment record of a job that starts an environment. */
function createDeployment(world: World, job: Job): void {
  const environment = ensureEnvironment(world, job);
  if (environment === undefined || job.environment?.action !== 'start') return;
  const pipeline = pipelineOf(world, job.pipelineId);
  const now = world.now();
  world.deployments.push({
    id: world.nextId('deployment'),
    iid: world.deployments.length + 1,
    environmentId: environment.id,
    jobId: job.id,
    ref: pipeline.ref,
    tag: pipeline.tag,
    sha: pipeline.sha,
    createdAt: now,
    updatedAt: now,
    finishedAt: null,
    approvals: [],
    status: 'created',
    userId: job.userId,
  });
}

/**
 * True when GitLab's guard against outdated deployment jobs holds this job back.
 * @see https://docs.gitlab.com/ci/environments/deployment_safety/#prevent-outdated-deployment-jobs
 */
export function isOutdated(world: World, job: Job): boolean {
  const deployment = deploymentOfJob(world, job.id);
  if (deployment === undefined || !world.settings.forwardDeployment) return false;
  const hasEnded = ['success', 'failed', 'canceled', 'skipped'].includes(job.status);
  if (world.settings.rollbackAllowed && hasEnded) return false;
  const last = lastSuccess(world, deployment.environmentId);
  return last !== undefined && deployment.id < last.id && deployment.sha !== last.sha;
}

const DEPLOYMENT_STATUS: Readonly<Record<JobStatus, DeploymentStatus | undefined>> = {
  created: 'created',
  // A played job's deployment stays `blocked` until the job runs.
  waiting_for_resource: undefined,
  pending: undefined,
  running: 'running',
  success: 'success',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'skipped',
  manual: 'blocked',
};

function syncDeployment(world: World, job: Job): void {
  const deployment = deploymentOfJob(world, job.id);
  const status = DEPLOYMENT_STATUS[job.status];
  if (deployment === undefined || status === undefined || status === deployment.status) return;
  deployment.status = status;
  deployment.updatedAt = world.now();
  if (status === 'success' || status === 'failed' || status === 'canceled') deployment.finishedAt = world.now();
  if (status === 'blocked' && world.settings.approvalHooks) {
    report(world, { kind: 'deployment', deploymentId: deployment.id, status });
  }
  if (status === 'running' || deployment.finishedAt !== null) {
    if (status !== 'blocked' && status !== 'skipped') {
      report(world, { kind: 'deployment', deploymentId: deployment.id, status });
    }
  }
}

function applyToEnvironment(world: World, job: Job): void {
  const environment = ensureEnvironment(world, jobOf(world, job.id));
  if (environment === undefined || job.environment === undefined) return;
  environment.updatedAt = world.now();
  if (job.environment.action === 'stop') environment.state = 'stopped';
  if (job.environment.action !== 'start') return;
  environment.state = 'available';
  environment.externalUrl = job.environment.url ?? environment.externalUrl;
  environment.tier = job.environment.tier ?? environment.tier;
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 24)
    .replace(/-$/, '');
}

function guessTier(name: string): string {
  if (/dev|review|trunk/i.test(name)) return 'development';
  if (/test|tst|int|ac(ce|)pt|qa|qc|control|quality/i.test(name)) return 'testing';
  if (/st(a|)g|mod(e|)l|pre|demo|non/i.test(name)) return 'staging';
  return /pr(o|)d|live/i.test(name) ? 'production' : 'other';
}
