import { type WatchApprovalsDeps, watchApprovals } from '../app/approvals/watch-approvals.ts';
import { createObservedWatch, type WatchObservedDeps } from '../app/approvals/watch-observed.ts';
import { type WatchEnvironmentsDeps, watchEnvironments } from '../app/environments/watch-environments.ts';
import { type WatchJobStartDeps, watchJobStart } from '../app/environments/watch-job-start.ts';
import { type SweepLocksDeps, sweepLocks } from '../app/locks/sweep-locks.ts';
import { type TellBackDeps, tellBack } from '../app/locks/tell-back.ts';
import { startTimer } from './timer.ts';

/** Half a minute is waited for a job, so it is looked every few seconds, as for approvals; days for a deployment. */
const jobsEveryMs = 2_000;
/** Somebody waits to go on, and what GitLab is asked is little. */
const gitlabEveryMs = 3_000;
/** People wait for a lock to lapse, and it is looked for in the store alone. */
const locksEveryMs = 3_000;
const environmentsEveryMs = 60_000;

/** Starts what looks by itself whether something goes on for too long, or is over at last. */
export function startWatchdogs(
  deps: WatchJobStartDeps &
    WatchEnvironmentsDeps &
    WatchApprovalsDeps &
    WatchObservedDeps &
    SweepLocksDeps &
    TellBackDeps,
): readonly ReturnType<typeof startTimer>[] {
  const { log } = deps;
  return [
    startTimer('job_start', () => jobsEveryMs, { work: () => watchJobStart(deps), log }),
    startTimer('approvals', () => jobsEveryMs, { work: () => watchApprovals(deps), log }),
    startTimer('observed_approvals', () => jobsEveryMs, { work: createObservedWatch(deps), log }),
    startTimer('locks', () => locksEveryMs, { work: () => sweepLocks(deps), log }),
    startTimer('gitlab_back', () => gitlabEveryMs, { work: () => tellBack(deps), log }),
    startTimer('environments', () => environmentsEveryMs, { work: () => watchEnvironments(deps), log }),
  ];
}
