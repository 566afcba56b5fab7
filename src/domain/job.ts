import type { Person } from './actor.ts';

const statuses = [
  'created',
  'waiting_for_resource',
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

/** A job's status as GitLab has it; a word we do not know is `unknown` and shown as such. */
export type JobStatus = (typeof statuses)[number] | 'unknown';

/** What a job does to an environment. Only `start` makes deployments. */
export type EnvironmentAction = 'start' | 'prepare' | 'stop' | 'verify' | 'access';

/** The environment that a job is about, and what it does to it. */
export interface JobEnvironment {
  readonly name: string;
  readonly action: EnvironmentAction;
  readonly tier?: string | undefined;
}

/** One instance of a job. A retry makes a new instance with a new id and the same name. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  readonly status: JobStatus;
  readonly allowFailure: boolean;
  /** True for `when: manual`, also after it was played. Unknown from REST. */
  readonly manual?: boolean | undefined;
  readonly failureReason?: string | undefined;
  readonly user?: Person | undefined;
  readonly startedAt?: Date | undefined;
  readonly finishedAt?: Date | undefined;
  readonly durationSeconds?: number | undefined;
  /** From hooks only: the REST job does not say it. */
  readonly environment?: JobEnvironment | undefined;
  readonly url?: string | undefined;
}

/** The status in GitLab's word; `unknown` for one that we do not know. */
export function decodeJobStatus(text: string): JobStatus {
  return statuses.find((status) => status === text) ?? 'unknown';
}

/** Success, failed or canceled: this instance never moves again. */
export function isFinished(status: JobStatus): boolean {
  return status === 'success' || status === 'failed' || status === 'canceled';
}

/** On its way: it will change without anybody pressing anything. */
export function isActive(status: JobStatus): boolean {
  return (
    status === 'waiting_for_resource' ||
    status === 'preparing' ||
    status === 'pending' ||
    status === 'running' ||
    status === 'canceling'
  );
}

/**
 * How far an instance has come; it never falls, except that `skipped` jobs are revived when the manual job they
 * need is played. Used to tell stale news from new, since hooks are unordered.
 */
export function progress(status: JobStatus): number {
  switch (status) {
    case 'unknown':
    case 'created':
    case 'skipped':
      return 0;
    case 'manual':
    case 'scheduled':
      return 1;
    case 'waiting_for_resource':
    case 'preparing':
      return 2;
    case 'pending':
      return 3;
    case 'running':
      return 4;
    case 'canceling':
      return 5;
    case 'success':
    case 'failed':
    case 'canceled':
      return 6;
  }
}

/**
 * Whether a job is what a configured name means: the job itself, or one of those that `parallel` makes of it, which
 * GitLab calls `name 1/3` or `name: [a, b]`.
 * @see https://docs.gitlab.com/ci/yaml/#parallel
 */
export function isJobNamed(name: string, job: Pick<Job, 'name'>): boolean {
  if (!job.name.startsWith(name)) return false;
  return /^$|^ \d+\/\d+$|^: \[.*\]$/u.test(job.name.slice(name.length));
}
