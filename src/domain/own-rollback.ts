import { isActive, isFinished, type Job } from './job.ts';
import type { CiJob } from './release.ts';
import { isRollbackJob } from './rollback.ts';

/** A job that has not begun by then waits for something else than the failure that it is there for. */
const beginsWithinMs = 10 * 60_000;

/**
 * What the pipeline's own rollback jobs make of a bad deployment. `none`: nobody takes it back; `wait`: a job may yet;
 * `overdue`: it has not begun, and may still.
 */
export type OwnRollback =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'ran' | 'failed' | 'overdue'; readonly job: string };

/**
 * Judges the pipeline's own rollback jobs after a bad deployment, so that an environment is never taken back twice. A
 * button that nobody has pressed counts for none.
 */
export function judgeOwnRollback(
  { ciJobs, jobs }: { readonly ciJobs: readonly CiJob[]; readonly jobs: readonly Job[] },
  about: {
    readonly environment: string;
    readonly configured: readonly string[] | undefined;
    /** When the bad version came there: what ran before took back another one. */
    readonly deployedAt: Date;
    readonly failedAt: Date;
    readonly now: Date;
  },
): OwnRollback {
  const { environment, configured, deployedAt, failedAt, now } = about;
  const own = ciJobs.filter((job) => isRollbackJob(job, environment, configured));
  const instances = own.flatMap((ciJob) => {
    const job = jobs.find(({ name }) => name === ciJob.name);
    return job ? [{ job, manual: job.manual ?? ciJob.manual }] : [];
  });
  if (instances.some(({ job }) => isActive(job.status))) return { kind: 'wait' };
  const ended = instances.find(
    ({ job: { status, finishedAt } }) => isFinished(status) && (finishedAt ?? failedAt) >= deployedAt,
  );
  if (ended) return { kind: ended.job.status === 'success' ? 'ran' : 'failed', job: ended.job.name };
  const coming = instances.find(
    ({ job: { status }, manual }) => status === 'scheduled' || (status === 'created' && !manual),
  );
  if (!coming) return { kind: 'none' };
  const isOverdue = now.getTime() - failedAt.getTime() > beginsWithinMs;
  return isOverdue ? { kind: 'overdue', job: coming.job.name } : { kind: 'wait' };
}
