import { commandLine } from '../../domain/command-line.ts';
import { environmentsOfNew } from '../../domain/consequence.ts';
import { code, type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Release } from '../../domain/release.ts';
import type { Task } from '../../domain/task.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { gateBehind } from '../deploy/gate-behind.ts';
import { refuseTaskVariables } from '../deploy/refuse-variables.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { findPipeline } from '../pipelines/find-pipeline.ts';
import { assignments, planTask, refusedTask, refuseTasker } from './task-request.ts';

interface RunRequest {
  readonly project: ProjectContext;
  readonly ref: string | undefined;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

/**
 * Plans a new pipeline of a branch or tag. One that deploys by itself passes the gates of each environment that it
 * comes to; where that is production it is a deploy. Reads only.
 * @throws GitLabError
 */
export async function planRun(request: RunRequest, context: CommandContext): Promise<CommandResult> {
  const { project, ref, variables } = request;
  const notDone = say`No pipeline was started.`;
  const stranger = await refuseReader(project, notDone, context);
  if (stranger) return refusedTask(project, stranger);
  const found = await findPipeline({ project, ref, notDone }, context);
  if (found.kind === 'refused') return refusedTask(project, found.refusal);
  const release = found.kind === 'found' ? found.asked : found.release;
  const task: Task = { kind: 'run', release, variables };
  const tasker = await refuseTasker(project, notDone, context);
  const refusal =
    tasker ??
    refuseTaskVariables({ project, environment: undefined, variables }, notDone) ??
    (release.ref === release.sha ? noRef(release, notDone) : undefined);
  if (refusal) return refusedTask(project, refusal, task);
  const { environments, warnings } = await readNew(project, release, context);
  const pipelineUrl = `${project.ref.url}/-/pipelines`;
  const behind = await gateBehind({ project, release, environments, notDone, pipelineUrl }, context);
  if (behind.refusal) return refusedTask(project, behind.refusal, task);
  const line = commandLine('', '/pipeline', [project.rules.path, 'run', release.ref, ...assignments(variables)]);
  return planTask({ project, task, line, warnings: [...warnings, ...behind.warnings] }, context);
}

/** What a new pipeline would have, as far as GitLab tells beforehand. */
export interface NewPipeline {
  /** What it starts by itself. */
  readonly environments: readonly string[];
  /** Its jobs; undefined: GitLab does not say. */
  readonly names: readonly string[] | undefined;
  readonly warnings: readonly Phrase[];
}

/**
 * What a new pipeline would start by itself. GitLab tries it out as if it were pushed, which is not how we make one:
 * that it would make none is worth a warning, and no answer.
 */
export async function readNew(
  project: ProjectContext,
  release: Release,
  { gitlab }: Pick<CommandContext, 'gitlab'>,
): Promise<NewPipeline> {
  const [graph, planned] = await Promise.all([
    gitlab.ciGraph(project.ref.id, release.sha),
    gitlab.plannedJobs(project.ref.id, release.ref),
  ]);
  const [problem] = planned?.errors ?? [];
  const jobs = problem === undefined ? planned?.jobs : undefined;
  return {
    environments: environmentsOfNew(graph, jobs),
    names: jobs?.map(({ name }) => name),
    warnings:
      problem === undefined ? [] : [say`GitLab would make none for a push, and may refuse: ${problem.slice(0, 200)}`],
  };
}

function noRef(release: Release, notDone: Refusal['notDone']): Refusal {
  return {
    code: 'pipeline_not_made',
    notDone,
    fact: say`GitLab makes pipelines for branches and tags, and ${code(release.version)} is a commit.`,
    todo: [{ kind: 'say', phrase: say`Name its branch or tag.` }],
  };
}
