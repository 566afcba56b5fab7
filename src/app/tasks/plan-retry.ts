import { commandLine } from '../../domain/command-line.ts';
import { environmentsBehind } from '../../domain/consequence.ts';
import { isFinished, type Job } from '../../domain/job.ts';
import { nearest } from '../../domain/nearest.ts';
import { bold, code, join, say } from '../../domain/phrase.ts';
import type { Refusal, Todo } from '../../domain/refusal.ts';
import type { Task } from '../../domain/task.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { gateBehind } from '../deploy/gate-behind.ts';
import { planDeploy } from '../deploy/plan-deploy.ts';
import { type Touched, touchedEnvironment } from '../deploy/touched-environment.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { findPipeline, type PipelineFound } from '../pipelines/find-pipeline.ts';
import { planTask, refusedTask, refuseTasker } from './task-request.ts';

/** Which pipeline's jobs are to run again: one by name, else all that failed or were canceled. */
export interface RetryRequest {
  readonly project: ProjectContext;
  readonly ref: string | undefined;
  readonly job: string | undefined;
}

type Found = Extract<PipelineFound, { kind: 'found' }>;

/**
 * Plans to run failed jobs again. One that starts an environment becomes a deploy plan, with all its gates; among
 * several it stands in the way, since GitLab runs all of them or one. Reads only.
 * @throws GitLabError
 */
export async function planRetry(request: RetryRequest, context: CommandContext): Promise<CommandResult> {
  const { project, ref } = request;
  const notDone =
    request.job === undefined ? say`Nothing was run again.` : say`${code(request.job)} was not run again.`;
  const stranger = await refuseReader(project, notDone, context);
  if (stranger) return refusedTask(project, stranger);
  const found = await findPipeline({ project, ref, notDone }, context);
  if (found.kind !== 'found') return refusedTask(project, found.refusal);
  const { pipeline, release } = found;
  const [jobs, graph, held] = await Promise.all([
    context.gitlab.jobs(project.ref.id, pipeline.id),
    context.gitlab.ciGraph(project.ref.id, release.sha),
    context.tables.pipelines.find(project.ref.id, pipeline.id),
  ]);
  const wanted = chooseJobs(request, jobs, found, notDone);
  if (wanted.kind === 'refused') return refusedTask(project, wanted.refusal);
  const isChild = pipeline.source === 'parent_pipeline';
  const known = { graph, told: held?.jobs ?? [], rules: project.rules, isChild };
  const touched = wanted.jobs.map((job) => ({ job, touched: touchedEnvironment(job.name, known) }));
  const [only] = touched;
  if (only && touched.length === 1 && only.touched.kind === 'starts')
    return deployAgain(request, { job: only.job, environment: only.touched.environment, found }, context);
  const stopped = touched.flatMap(({ job, touched: how }) => inTheWay({ job, how, request, found }, context) ?? []);
  const [first] = stopped;
  if (first) return refusedTask(project, { ...first, notDone, todo: stopped.flatMap(({ todo }) => todo).slice(0, 5) });

  const { id, url, version, sha } = pipeline;
  const task: Task = {
    kind: 'retry',
    pipeline: { id, url, version, sha },
    jobs: wanted.jobs.map((job) => ({ id: job.id, name: job.name, url: job.url })),
    all: wanted.jobs.length > 1,
  };
  const tasker = await refuseTasker(project, notDone, context);
  if (tasker) return refusedTask(project, tasker, task);
  const environments = environmentsBehind(
    graph,
    wanted.jobs.map(({ name }) => name),
    jobs,
  );
  const behind = await gateBehind({ project, release, environments, notDone, pipelineUrl: url }, context);
  if (behind.refusal) return refusedTask(project, behind.refusal, task);
  const words = request.job === undefined ? [] : ['--job', request.job];
  const line = commandLine('', '/pipeline', [project.rules.path, 'retry', `#${id}`, ...words]);
  return planTask({ project, task, line, warnings: behind.warnings }, context);
}

function chooseJobs(
  { job: name, project }: RetryRequest,
  jobs: readonly Job[],
  { pipeline }: Found,
  notDone: Refusal['notDone'],
): { readonly kind: 'jobs'; readonly jobs: readonly Job[] } | { readonly kind: 'refused'; readonly refusal: Refusal } {
  const refuse = (why: Pick<Refusal, 'code' | 'fact'>) => {
    const open: Todo = { kind: 'open', label: 'Open the pipeline', url: pipeline.url };
    return { kind: 'refused', refusal: { ...why, notDone, todo: [open] } } as const;
  };
  if (name === undefined) {
    const ended = jobs.filter(({ status }) => status === 'failed' || status === 'canceled');
    if (ended.length > 0) return { kind: 'jobs', jobs: ended };
    const fact = say`No job of pipeline #${pipeline.id} of ${project.ref.path} failed or was canceled.`;
    return refuse({ code: 'nothing_to_retry', fact });
  }
  const job = jobs.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!job) {
    const near = nearest(
      name,
      jobs.map((each) => each.name),
      5,
    );
    const fact = say`Pipeline #${pipeline.id} has no such job. Nearest: ${join(near.map(code), ', ')}.`;
    return refuse({ code: 'job_unknown', fact });
  }
  if (isFinished(job.status)) return { kind: 'jobs', jobs: [job] };
  const fact = say`${code(job.name)} is ${job.status.replaceAll('_', ' ')}: only a job that has ended can run again.`;
  return refuse({ code: 'job_not_ended', fact });
}

async function deployAgain(
  { project }: RetryRequest,
  about: { readonly job: Job; readonly environment: string; readonly found: Found },
  context: CommandContext,
): Promise<CommandResult> {
  const { job, environment, found } = about;
  const { release } = found;
  const known = await context.gitlab.environmentNamed(project.ref.id, environment);
  return planDeploy(
    {
      project,
      environment: { name: environment, known },
      version: release.tag ? release.ref : release.sha,
      job: job.name,
      insists: { again: true, whenReady: false },
    },
    context,
  );
}

/** Why a job is not run again as a task: it deploys, takes back, or nobody can say what it does. */
function inTheWay(
  about: { readonly job: Job; readonly how: Touched; readonly request: RetryRequest; readonly found: Found },
  { settings }: CommandContext,
): Omit<Refusal, 'notDone'> | undefined {
  const { job, how, request, found } = about;
  const { path } = request.project.rules;
  switch (how.kind) {
    case 'none':
    case 'uses':
      return undefined;
    case 'starts': {
      const { release } = found;
      const version = release.tag ? release.ref : release.sha;
      const words = [`${path}:${how.environment}`, version, '--job', job.name, '--again'];
      return {
        code: 'retry_deploys',
        fact: say`${code(job.name)} deploys to ${bold(how.environment)}, which takes the rules of a deploy. Run the others again by name: ${code(`/${settings.commandPrefix}pipeline retry --job …`)}`,
        todo: [
          {
            kind: 'press',
            label: `Retry ${job.name}`,
            actionId: `run_command:${job.name}`.slice(0, 255),
            value: commandLine('', '/deploy', words),
          },
        ],
      };
    }
    case 'rolls_back':
      return {
        code: 'job_rolls_back',
        fact: say`${code(job.name)} takes ${bold(how.environment)} back, which is a rollback with its rules and its lock.`,
        todo: [
          { kind: 'type', line: commandLine(settings.commandPrefix, '/rollback', [`${path}:${how.environment}`]) },
        ],
      };
    case 'stops':
    case 'unknown':
      return {
        code: 'job_unclear',
        fact:
          how.kind === 'stops'
            ? say`${code(job.name)} stops ${bold(how.environment)}, and no stop is run again from here.`
            : say`I cannot tell what ${code(job.name)} does to which environment, so I do not know who may run it.`,
        todo: [{ kind: 'open', label: `Retry ${job.name} in GitLab`, url: job.url ?? found.pipeline.url }],
      };
  }
}
