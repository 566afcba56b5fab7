import { commandLine } from '../../domain/command-line.ts';
import type { Job } from '../../domain/job.ts';
import { code, say } from '../../domain/phrase.ts';
import { failedJobs } from '../../domain/pipeline.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { findPipeline } from '../pipelines/find-pipeline.ts';
import { readLog } from './show-log.ts';

/**
 * The end of the log of the job that failed in a pipeline, or of the one that is named; several that failed are offered.
 * @throws GitLabError
 */
export async function showFailedLog(
  wanted: { readonly project: ProjectContext; readonly ref: string | undefined; readonly job: string | undefined },
  context: CommandContext,
): Promise<CommandResult> {
  const { project, ref, job: name } = wanted;
  const notDone = say`The log was not shown.`;
  const about = { project: project.ref.path, version: ref };
  const stranger = await refuseReader(project, notDone, context);
  if (stranger) return { kind: 'refused', refusal: stranger, about };
  const found = await findPipeline({ project, ref, notDone }, context);
  if (found.kind !== 'found') return { kind: 'refused', refusal: found.refusal, about };
  const { id, url } = found.pipeline;
  const jobs = await context.gitlab.jobs(project.ref.id, id);
  const open = [{ kind: 'open', label: 'Open the pipeline', url }] as const;
  const refuse = (refusal: Omit<Refusal, 'notDone'>): CommandResult => ({
    kind: 'refused',
    refusal: { notDone, ...refusal },
    about: { ...about, pipelineId: id },
  });
  if (name !== undefined) {
    const job = jobs.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (job) return readLog({ project, jobId: job.id }, context);
    return refuse({ code: 'job_unknown', fact: say`Pipeline #${id} has no job ${code(name)}.`, todo: open });
  }
  const failed = failedJobs({ jobs });
  const [only] = failed;
  if (!only) return refuse({ code: 'nothing_failed', fact: say`No job of pipeline #${id} has failed.`, todo: open });
  if (failed.length === 1) return readLog({ project, jobId: only.id }, context);
  return refuse({
    code: 'several_failed',
    fact: say`Several jobs failed. Which log?`,
    todo: offer(failed, { project, id }),
  });
}

function offer(
  failed: readonly Job[],
  { project, id }: { readonly project: ProjectContext; readonly id: number },
): Refusal['todo'] {
  return failed.slice(0, 5).map(({ name }) => ({
    kind: 'press',
    label: name,
    actionId: `run_command:${name}`.slice(0, 255),
    value: commandLine('', '/pipeline', [project.rules.path, 'logs', `#${id}`, '--job', name]),
  }));
}
