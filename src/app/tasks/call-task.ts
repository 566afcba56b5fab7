import { GitLabError } from '../../domain/errors.ts';
import type { TaskPlan } from '../../domain/plan.ts';
import type { GitLabWrites } from '../gitlab-ports.ts';

/** What GitLab answered to a task: the job that it started, or the pipeline that it made. */
export interface TaskCalled {
  readonly jobId?: number | undefined;
  readonly pipelineId?: number | undefined;
  /** The pipeline was made without our own variable, which GitLab did not take. */
  readonly withoutOurs?: boolean | undefined;
}

export interface CallTaskDeps {
  readonly gitlab: Pick<
    GitLabWrites,
    'playJob' | 'retryJob' | 'retryPipeline' | 'cancelPipeline' | 'createPipeline' | 'stopEnvironment'
  >;
}

/**
 * Asks GitLab to do it, once.
 * @throws GitLabError, NotFoundError
 */
export async function callTask(
  { task, project }: TaskPlan,
  about: { readonly username: string | undefined },
  { gitlab }: CallTaskDeps,
): Promise<TaskCalled> {
  switch (task.kind) {
    case 'play':
      return { jobId: (await gitlab.playJob(project.id, task.job.id, task.variables)).id };
    case 'stop':
      await gitlab.stopEnvironment(project.id, task.environment.id);
      return {};
    case 'retry': {
      const [only] = task.jobs;
      if (!task.all && only) return { jobId: (await gitlab.retryJob(project.id, only.id)).id };
      await gitlab.retryPipeline(project.id, task.pipeline.id);
      return {};
    }
    case 'cancel':
      await gitlab.cancelPipeline(project.id, task.pipeline.id);
      return {};
    case 'run':
      return run(project.id, { ref: task.release.ref, given: task.variables ?? {}, username: about.username }, gitlab);
  }
}

/**
 * Our own variable says in the pipeline who asked. Where GitLab definitely refuses it, which a project can have set, the
 * pipeline is worth more than the name.
 */
async function run(
  projectId: number,
  wanted: {
    readonly ref: string;
    readonly given: Readonly<Record<string, string>>;
    readonly username: string | undefined;
  },
  gitlab: CallTaskDeps['gitlab'],
): Promise<TaskCalled> {
  const { ref, given, username } = wanted;
  const ours: Readonly<Record<string, string>> = username === undefined ? {} : { CHATOPS_USER: username };
  try {
    return { pipelineId: (await gitlab.createPipeline(projectId, { ref, variables: { ...given, ...ours } })).id };
  } catch (error) {
    const isRefused = error instanceof GitLabError && error.status === 400 && error.outcome === 'none';
    // Without what was asked for it would be another pipeline.
    if (!isRefused || username === undefined || Object.keys(given).length > 0) throw error;
    const made = await gitlab.createPipeline(projectId, { ref, variables: {} });
    return { pipelineId: made.id, withoutOurs: true };
  }
}
