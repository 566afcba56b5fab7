import { renderJobNotStarted, type StartCause } from '../../cards/job-not-started.ts';
import { isOfGitLab } from '../../domain/errors.ts';
import type { JobStatus } from '../../domain/job.ts';
import { currentStep, type Operation } from '../../domain/operation.ts';
import type { ProjectRef } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';

export interface WatchJobStartDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'job' | 'jobTags' | 'runningDeployments'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

export interface FindStartCauseDeps {
  readonly gitlab: Pick<GitLabReads, 'jobTags' | 'runningDeployments'>;
}

const notStarted: readonly JobStatus[] = ['created', 'waiting_for_resource', 'preparing', 'pending'];

/** Whether a job that was started does not run yet. */
export function isNotStarted(status: JobStatus): boolean {
  return notStarted.includes(status);
}

/** Tells, once for each job, those whose played job has not started within `watchdog.job_start`. */
export async function watchJobStart(deps: WatchJobStartDeps): Promise<void> {
  const { jobStartMs } = deps.settings().watchdog;
  if (jobStartMs === undefined) return;
  for (const operation of await deps.store.tables.operations.allActive()) {
    try {
      await watchOne(operation, jobStartMs, deps);
    } catch (error) {
      if (!isOfGitLab(error)) throw error;
      deps.log.warn({ operation_id: operation.id, err: error }, 'job could not be read, will look again');
    }
  }
}

async function watchOne(operation: Operation, jobStartMs: number, deps: WatchJobStartDeps): Promise<void> {
  const step = currentStep(operation)?.step;
  if (step?.jobId === undefined || step.calledAt === undefined || step.state !== 'running') return;
  const waitedMs = deps.clock.now().getTime() - step.calledAt.getTime();
  if (waitedMs <= jobStartMs) return;
  const { tables } = deps.store;
  const projectId = operation.project.id;
  const key = `${operation.rootKey}/job:${step.jobId}/not-started`;
  if (await tables.outbox.find(key)) return;
  // What was folded already says that most have started, without a request.
  const folded = await tables.pipelines.findByJob(projectId, step.jobId);
  const heard = folded?.jobs.find(({ id }) => id === step.jobId)?.status;
  if (heard !== undefined && heard !== 'manual' && !isNotStarted(heard)) return;
  const job = await deps.gitlab.job(projectId, step.jobId);
  if (!isNotStarted(job.status)) return;
  const { project, environment } = operation;
  const cause = await findStartCause({ project, environment, job }, deps);
  const now = deps.clock.now();
  await tables.outbox.put(
    {
      key,
      channel: operation.channel,
      rootKey: operation.rootKey,
      lane: 'answer',
      ...renderJobNotStarted({ operation, cause, afterMs: waitedMs }),
    },
    now,
  );
  deps.wake('outbox');
}

/** Why a job probably does not start: no runner, or its resource group, which most often a deployment holds. */
export async function findStartCause(
  about: {
    readonly project: ProjectRef;
    /** The one that the job starts. */
    readonly environment?: string | undefined;
    readonly job: { readonly id: number; readonly status: JobStatus };
  },
  { gitlab }: FindStartCauseDeps,
): Promise<StartCause> {
  const { project, environment, job } = about;
  if (job.status !== 'waiting_for_resource') {
    return { kind: 'no_runner', tags: await gitlab.jobTags(project.id, job.id) };
  }
  if (environment === undefined) return { kind: 'resource' };
  const running = await gitlab.runningDeployments(project.id, environment);
  const holder = running.find(({ status, jobId }) => status === 'running' && jobId !== undefined && jobId !== job.id);
  if (holder?.jobId === undefined) return { kind: 'resource' };
  const version = holder.ref ?? holder.sha?.slice(0, 8) ?? 'another version';
  return { kind: 'resource', holder: { version, url: `${project.url}/-/jobs/${holder.jobId}` } };
}
