import type { ProjectRef } from '../../domain/project.ts';
import type { Task, TaskSeen } from '../../domain/task.ts';
import type { GitLabReads } from '../gitlab-ports.ts';

export interface LookForTaskDeps {
  readonly gitlab: Pick<GitLabReads, 'jobs' | 'pipeline' | 'pipelinesOf' | 'environmentState' | 'ownUser'>;
}

/** So many pipelines newer than the one before are looked at; more than one of ours cannot be told apart anyway. */
const pipelinesLookedAt = 5;

/**
 * Reads what a task may have changed. `pipelinesUpTo`: the newest pipeline of the ref before one was asked for; `by`: the
 * GitLab user whose token asked for it, if it is not ours.
 * @throws GitLabError, NotFoundError, PayloadError
 */
export async function lookForTask(
  task: Task,
  about: {
    readonly project: ProjectRef;
    readonly pipelinesUpTo: number | undefined;
    readonly by: string | undefined;
  },
  { gitlab }: LookForTaskDeps,
): Promise<TaskSeen> {
  const { project, pipelinesUpTo, by } = about;
  switch (task.kind) {
    case 'play':
    case 'retry':
      return { jobs: await gitlab.jobs(project.id, task.pipeline.id) };
    case 'stop':
      return { environmentState: await gitlab.environmentState(project.id, task.environment.id) };
    case 'cancel':
      return { pipelineStatus: (await gitlab.pipeline(project, task.pipeline.id)).status };
    case 'run':
      return {
        pipelinesMade: pipelinesUpTo === undefined ? [] : await readMade(task, { project, pipelinesUpTo, by }, gitlab),
      };
  }
}

/** The number of the newest pipeline of a ref; 0 where it has none. */
export async function newestPipeline(
  { release }: Extract<Task, { kind: 'run' }>,
  projectId: number,
  { gitlab }: LookForTaskDeps,
): Promise<number> {
  const { ref, tag } = release;
  const pipelines = await gitlab.pipelinesOf(projectId, { ref, tag });
  return Math.max(0, ...pipelines.map(({ id }) => id));
}

/** Those that came after the newest one known, for the same commit, made through the API by the user of our token. */
async function readMade(
  { release }: Extract<Task, { kind: 'run' }>,
  about: { readonly project: ProjectRef; readonly pipelinesUpTo: number; readonly by: string | undefined },
  gitlab: LookForTaskDeps['gitlab'],
): Promise<readonly number[]> {
  const { project, pipelinesUpTo, by } = about;
  const { ref, tag, sha } = release;
  const [username, pipelines] = await Promise.all([
    by ?? gitlab.ownUser().then((own) => own.username),
    gitlab.pipelinesOf(project.id, { ref, tag }),
  ]);
  const newer = pipelines.filter((pipeline) => pipeline.id > pipelinesUpTo && pipeline.sha === sha);
  const read = await Promise.all(newer.slice(0, pipelinesLookedAt).map(({ id }) => gitlab.pipeline(project, id)));
  return read
    .filter(({ source, user }) => (source === 'api' || source === undefined) && user?.username === username)
    .map(({ id }) => id);
}
