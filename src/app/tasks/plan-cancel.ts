import { pipelineWord } from '../../cards/status.ts';
import { commandLine } from '../../domain/command-line.ts';
import { isActive } from '../../domain/job.ts';
import { bold, code, type Phrase, say, user } from '../../domain/phrase.ts';
import { decodePipelineStatus, isPipelineFinished } from '../../domain/pipeline.ts';
import type { Task } from '../../domain/task.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { findPipeline } from '../pipelines/find-pipeline.ts';
import { planTask, refusedTask, refuseTasker } from './task-request.ts';

/**
 * Plans to cancel what has not ended in a pipeline, and says which deploys end with it.
 * @throws GitLabError
 */
export async function planCancel(
  { project, ref }: { readonly project: ProjectContext; readonly ref: string | undefined },
  context: CommandContext,
): Promise<CommandResult> {
  const notDone = say`Nothing was canceled.`;
  const stranger = await refuseReader(project, notDone, context);
  if (stranger) return refusedTask(project, stranger);
  const found = await findPipeline({ project, ref, notDone }, context);
  if (found.kind !== 'found') return refusedTask(project, found.refusal);
  const { id, url, version, sha } = found.pipeline;
  const status = decodePipelineStatus(found.pipeline.status);
  const task: Task = { kind: 'cancel', pipeline: { id, url, version, sha } };
  const tasker = await refuseTasker(project, notDone, context);
  if (tasker) return refusedTask(project, tasker, task);
  if (isPipelineFinished(status)) {
    const fact = say`Pipeline #${id} of ${bold(version)} has ended already: ${pipelineWord(status)}.`;
    const todo = [{ kind: 'open', label: 'Open the pipeline', url }] as const;
    return refusedTask(project, { code: 'pipeline_ended', notDone, fact, todo }, task);
  }
  const warnings = await deploysIn(project, id, context);
  return planTask(
    { project, task, line: commandLine('', '/pipeline', [project.rules.path, 'cancel', `#${id}`]), warnings },
    context,
  );
}

async function deploysIn(
  project: ProjectContext,
  pipelineId: number,
  { gitlab, tables }: CommandContext,
): Promise<readonly Phrase[]> {
  const [operations, jobs, held] = await Promise.all([
    tables.operations.activeOfPipeline(project.ref.id, pipelineId),
    gitlab.jobs(project.ref.id, pipelineId),
    tables.pipelines.find(project.ref.id, pipelineId),
  ]);
  const starting = jobs.filter(({ name, status }) => {
    const environment = held?.jobs.find((job) => job.name === name)?.environment;
    return isActive(status) && environment?.action === 'start';
  });
  return [
    ...operations.map(
      ({ requester, release, environment }) =>
        say`${user(requester.slackUserId)} is taking ${release.version} to ${bold(environment)} in it. That ends too.`,
    ),
    ...starting.map(({ name }) => say`${code(name)} is at work on an environment, and is cut off in the middle.`),
  ];
}
