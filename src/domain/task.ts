import { isActive, type Job } from './job.ts';
import { isPipelineFinished, type PipelineStatus } from './pipeline.ts';
import type { Release } from './release.ts';

/** The pipeline that a task is done in. */
export interface TaskPipeline {
  readonly id: number;
  readonly url: string;
  /** The tag or branch, as people call it. */
  readonly version: string;
  readonly sha: string;
}

/** A job of a task: the newest instance when it was planned. */
export interface TaskJob {
  readonly id: number;
  readonly name: string;
  readonly url?: string | undefined;
}

/** Something to be done in GitLab that takes no version to an environment. */
export type Task =
  | {
      readonly kind: 'play';
      readonly pipeline: TaskPipeline;
      readonly job: TaskJob;
      readonly variables?: Readonly<Record<string, string>> | undefined;
    }
  /** The environment is stopped; GitLab runs the job that its deployment names for that. */
  | {
      readonly kind: 'stop';
      readonly pipeline: TaskPipeline;
      readonly job: TaskJob;
      readonly environment: { readonly id: number; readonly name: string };
    }
  /** `all`: every failed and canceled job of the pipeline, which are these; else this one. */
  | {
      readonly kind: 'retry';
      readonly pipeline: TaskPipeline;
      readonly jobs: readonly TaskJob[];
      readonly all: boolean;
    }
  | { readonly kind: 'cancel'; readonly pipeline: TaskPipeline }
  | {
      readonly kind: 'run';
      readonly release: Release;
      readonly variables?: Readonly<Record<string, string>> | undefined;
      /** The deploy that follows in the new pipeline, and the commit that it replaces. */
      readonly deploy?:
        | {
            readonly environment: string;
            readonly line: string;
            readonly from?: string | undefined;
            /** How many commits are new there. Undefined when nothing is there, or GitLab could not compare. */
            readonly ships?: { readonly total: number; readonly url: string } | undefined;
          }
        | undefined;
    };

/** What GitLab says that a task may have changed, read just now. */
export interface TaskSeen {
  /** The newest instance of each job of its pipeline. */
  readonly jobs?: readonly Job[] | undefined;
  readonly pipelineStatus?: PipelineStatus | undefined;
  readonly environmentState?: string | undefined;
  /** Pipelines of the same ref and commit that our user made since, by number. */
  readonly pipelinesMade?: readonly number[] | undefined;
}

/**
 * Whether what the task wants is so: asked before it is done, since somebody may have done it meanwhile, and after an
 * outcome that nobody knows.
 */
export function isTaskDone(task: Task, seen: TaskSeen): boolean {
  switch (task.kind) {
    case 'play':
      return seen.jobs?.some((job) => job.name === task.job.name && hasMoved(job, task.job)) ?? false;
    case 'stop':
      return seen.environmentState === 'stopping' || seen.environmentState === 'stopped';
    case 'retry':
      return task.jobs.some(({ id, name }) => seen.jobs?.some((job) => job.name === name && job.id > id));
    case 'cancel': {
      const status = seen.pipelineStatus;
      return status !== undefined && (isPipelineFinished(status) || status === 'canceling');
    }
    case 'run':
      return seen.pipelinesMade?.length === 1;
  }
}

/** Whether a job that stood there to be pressed was pressed: it is on its way, has ended, or was run again since. */
function hasMoved(job: Job, planned: TaskJob): boolean {
  return job.id > planned.id || isActive(job.status) || !['manual', 'created', 'skipped'].includes(job.status);
}

/** The pipeline that a task is done in; undefined for one that makes its own. */
export function pipelineOf(task: Task): TaskPipeline | undefined {
  return task.kind === 'run' ? undefined : task.pipeline;
}

/** The one job that a task is about. */
export function jobOf(task: Task): TaskJob | undefined {
  switch (task.kind) {
    case 'play':
    case 'stop':
      return task.job;
    case 'retry':
      return task.jobs.length === 1 ? task.jobs[0] : undefined;
    case 'cancel':
    case 'run':
      return undefined;
  }
}

/** What the task is about, as people call it: the tag or branch. */
export function versionOf(task: Task): string {
  return task.kind === 'run' ? task.release.version : task.pipeline.version;
}
