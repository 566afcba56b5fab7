import { renderStartedJobWaits } from '../../cards/job-not-started.ts';
import { isOfGitLab } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import { bold, say } from '../../domain/phrase.ts';
import { pipelineOf, versionOf } from '../../domain/task.ts';
import { type FindStartCauseDeps, findStartCause, isNotStarted } from '../environments/watch-job-start.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { findHome } from '../pipelines/pipeline-family.ts';
import type { Clock, Log, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import type { TaskAt } from './task-at.ts';

export interface WatchTaskDeps extends FindStartCauseDeps {
  readonly gitlab: Pick<GitLabReads, 'job' | 'jobTags' | 'runningDeployments'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** Tells who asked, once, that the job which they started has not begun within `watchdog.job_start`. */
export async function watchTask(at: TaskAt, jobId: number, deps: WatchTaskDeps): Promise<void> {
  const { row, plan, work } = at;
  const { task, project, channel } = plan.deed;
  const pipeline = pipelineOf(task);
  const job = pipeline && (await readJob(at, jobId, deps));
  const cause = job && isNotStarted(job.status) ? await findStartCause({ project, job }, deps) : undefined;
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    const held = pipeline && (await tables.pipelines.find(project.id, pipeline.id));
    const thread = held && (await findHome(tables, channel, held)).thread;
    if (job && cause && thread) {
      const afterMs = now.getTime() - (work.calledAt ?? now.getTime());
      const waits = say`it was started for ${bold(versionOf(task))}`;
      const card = renderStartedJobWaits({ requester: plan.requester, job, waits, cause, afterMs });
      const { newsKey: rootKey } = thread;
      await tables.outbox.put(
        { key: `${rootKey}/job:${jobId}/not-started`, channel, rootKey, lane: 'answer', ...card },
        now,
      );
    }
    await tables.inbox.done(row.id, cause ? 'not_started' : 'done', now);
  });
  deps.wake('outbox');
}

/** What cannot be read is not worth another try: the pipeline's own news tell how it goes on. */
async function readJob({ plan }: TaskAt, jobId: number, deps: WatchTaskDeps): Promise<Job | undefined> {
  try {
    return await deps.gitlab.job(plan.deed.project.id, jobId);
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    deps.log.warn({ plan_id: plan.id, job_id: jobId, err: error }, 'job could not be read');
    return undefined;
  }
}
