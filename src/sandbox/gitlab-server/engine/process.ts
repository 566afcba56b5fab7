import { type Job, latestJobs, type World } from '../world.ts';
import { isApproved, mayDeploy } from './protection.ts';
import { combineNeeds, combineStatuses, decideNext } from './status-rules.ts';
import { deploymentOfJob, isOutdated, moveJob, refreshPipeline } from './transitions.ts';

/** Lets every waiting job of a pipeline go on, be skipped or become manual, until nothing changes. */
export function processPipeline(world: World, pipelineId: number): void {
  let hasMoved = true;
  while (hasMoved) {
    hasMoved = false;
    for (const job of latestJobs(world, pipelineId)) {
      if (job.status === 'created' && processJob(world, job)) hasMoved = true;
    }
  }
  refreshPipeline(world, pipelineId);
}

/** Hands a job to a runner, by way of its resource group when it has one; a trigger job makes its pipeline. */
export function enqueueJob(world: World, job: Job): void {
  if (job.trigger !== undefined) {
    world.runTrigger(job);
    return;
  }
  if (job.resourceGroup === undefined) {
    moveJob(world, job, 'pending');
    return;
  }
  moveJob(world, job, 'waiting_for_resource');
  // GitLab assigns resources in the background: who plays the job sees `waiting_for_resource` first.
  world.defer(() => assignResources(world));
}

/** Gives each free resource group to its oldest waiting job. */
export function assignResources(world: World): void {
  const waiting = world.jobs.filter((job) => job.status === 'waiting_for_resource');
  for (const job of waiting) {
    const isTaken = world.jobs.some(
      (each) => each.resourceGroup === job.resourceGroup && (each.status === 'pending' || each.status === 'running'),
    );
    if (isTaken) continue;
    moveJob(world, job, 'pending');
    refreshPipeline(world, job.pipelineId);
  }
}

/** A runner takes a pending job. An outdated deployment job fails instead of running. */
export function startJob(world: World, job: Job): void {
  if (isOutdated(world, job)) {
    endJob(world, job, 'failed', 'failed_outdated_deployment_job');
    return;
  }
  moveJob(world, job, 'running');
  refreshPipeline(world, job.pipelineId);
}

/** A job ends; what waited for it goes on. */
export function endJob(
  world: World,
  job: Job,
  status: 'success' | 'failed' | 'canceled',
  failureReason: string | null = null,
): void {
  moveJob(world, job, status, failureReason);
  processPipeline(world, job.pipelineId);
  if (job.resourceGroup !== undefined) world.defer(() => assignResources(world));
}

function processJob(world: World, job: Job): boolean {
  const next = decideNext(job.when, previousStatus(world, job), job.needs !== undefined);
  if (next === undefined) return false;
  if (next === 'skip') {
    moveJob(world, job, 'skipped');
  } else if (job.when === 'manual' && !job.enqueueAtOnce) {
    moveJob(world, job, 'manual');
  } else {
    enqueueUnlessProtected(world, job);
  }
  return true;
}

function previousStatus(world: World, job: Job): ReturnType<typeof combineNeeds> {
  const jobs = latestJobs(world, job.pipelineId);
  const { needs } = job;
  if (needs !== undefined) return combineNeeds(jobs.filter((each) => needs.includes(each.name)));
  return combineStatuses(jobs.filter((each) => each.stageIndex < job.stageIndex));
}

function enqueueUnlessProtected(world: World, job: Job): void {
  const deployment = deploymentOfJob(world, job.id);
  if (job.environment !== undefined && !mayDeploy(world, job.environment.name, job.userId)) {
    moveJob(world, job, 'failed', 'protected_environment_failure');
  } else if (deployment !== undefined && !isApproved(world, deployment)) {
    // GitLab turns a job that waits for approval into a manual one, even if the file said automatic.
    job.when = 'manual';
    moveJob(world, job, 'manual');
  } else {
    enqueueJob(world, job);
  }
}
