import { type Job, jobOf, latestJobs, type World } from '../world.ts';
import { assignResources, endJob, startJob } from './process.ts';
import { readCoverage, runTests } from './tests.ts';
import { writeTrace } from './traces.ts';

/** Details of how a job ends. */
export interface Ending {
  readonly failureReason?: string;
  /** The part of the log that the job's own commands write. */
  readonly log?: string;
  /** Names of the tests that fail in it; default: one. */
  readonly failedTests?: readonly string[];
}

/** Ends a running job, with a log that fits. */
export function finishJob(world: World, job: Job, outcome: 'success' | 'failed', ending: Ending = {}): void {
  const failureReason = outcome === 'failed' ? (ending.failureReason ?? 'script_failure') : null;
  const ended = { ...job, status: outcome };
  job.log = writeTrace(world, ended, ending.log);
  job.tests = runTests(job, failureReason, ending.failedTests);
  job.coverage = readCoverage(job);
  endJob(world, job, outcome, failureReason);
}

/** Ends a running job as planned for its name: in success unless a failure was asked for. */
function finishAsPlanned(world: World, job: Job): void {
  const failure = world.plannedFailures.get(job.name) ?? world.failing(job.name);
  world.plannedFailures.delete(job.name);
  finishJob(world, job, failure === undefined ? 'success' : 'failed', failure);
}

/** Runs everything that can run by itself to its end, until only gates are left. */
export function settleJobs(world: World, pipelineId?: number): void {
  for (let round = 0; round < 10_000; round += 1) {
    assignResources(world);
    const jobs = pipelineId === undefined ? world.jobs : latestJobs(world, pipelineId);
    const mine = jobs.filter((each) => each.trigger === undefined);
    const job = mine.find((each) => each.status === 'running') ?? mine.find((each) => each.status === 'pending');
    if (job === undefined) return;
    if (job.status === 'pending') startJob(world, job);
    // An outdated deployment job fails at its start and never runs.
    if (jobOf(world, job.id).status === 'running') finishAsPlanned(world, job);
  }
}

/** Plays the runners' part in quick time; call the result to stop. */
export function startRunners(world: World, jobMs: number): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, task: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      task();
    }, ms);
    timers.add(timer);
  };
  const take = (jobId: number): void => {
    const job = jobOf(world, jobId);
    if (job.status !== 'pending') return;
    if (!world.settings.hasRunners) {
      later(jobMs, () => take(jobId));
      return;
    }
    startJob(world, job);
    later(jobMs, () => {
      if (jobOf(world, jobId).status === 'running') finishAsPlanned(world, job);
    });
  };
  world.listeners.add((event) => {
    if (event.kind === 'job' && event.status === 'pending') later(jobMs / 4, () => take(event.jobId));
  });
  for (const job of world.jobs) if (job.status === 'pending') later(jobMs / 4, () => take(job.id));
  return () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  };
}

/** Finds the newest job of this name in one of these statuses; throws with what there is instead. */
export function findJobNamed(world: World, name: string, statuses: readonly string[], pipelineId?: number): Job {
  const named = world.jobs.filter(
    (job) => job.name === name && !job.retried && (pipelineId === undefined || job.pipelineId === pipelineId),
  );
  const job = named.findLast((each) => statuses.includes(each.status));
  if (job !== undefined) return job;
  const found = named.slice(-3).map((each) => `${each.status} in pipeline ${each.pipelineId}`);
  throw new Error(`no job ${name} is ${statuses.join(' or ')}; found: ${found.join(', ') || 'none'}`);
}
