import { isFinished, type Job } from './job.ts';
import { jobKind } from './job-kind.ts';

/** How jobs of one kind ended, by name. */
export interface Outcomes {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Not ended, or not run. */
  readonly open: readonly string[];
}

/** What a pipeline found out about a release. */
export interface JobOutcomes {
  readonly tests: Outcomes;
  readonly scanners: Outcomes;
  /** Jobs that failed and were allowed to. */
  readonly optionalFailed: readonly string[];
}

/** Sums up the newest instances of a pipeline's jobs; which are tests and scanners their names tell. */
export function summariseJobs(jobs: readonly Job[]): JobOutcomes {
  return {
    tests: outcomesOf(jobs.filter((job) => jobKind(job) === 'test')),
    scanners: outcomesOf(jobs.filter((job) => jobKind(job) === 'scanner')),
    optionalFailed: jobs
      .filter(({ status, allowFailure }) => status === 'failed' && allowFailure)
      .map(({ name }) => name),
  };
}

function outcomesOf(jobs: readonly Job[]): Outcomes {
  const names = (wanted: (job: Job) => boolean): readonly string[] => jobs.filter(wanted).map(({ name }) => name);
  return {
    passed: names(({ status }) => status === 'success'),
    failed: names(({ status }) => status === 'failed' || status === 'canceled'),
    open: names(({ status }) => !isFinished(status)),
  };
}
