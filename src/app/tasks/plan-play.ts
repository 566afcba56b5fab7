import { jobStatus } from '../../cards/status.ts';
import { commandLine } from '../../domain/command-line.ts';
import { environmentsBehind } from '../../domain/consequence.ts';
import { isActive, isFinished, type Job } from '../../domain/job.ts';
import { nearest } from '../../domain/nearest.ts';
import { bold, code, join, link, say } from '../../domain/phrase.ts';
import { isChild } from '../../domain/pipeline.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CiGraph, Release } from '../../domain/release.ts';
import type { Task, TaskPipeline } from '../../domain/task.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { gateBehind } from '../deploy/gate-behind.ts';
import { planDeploy } from '../deploy/plan-deploy.ts';
import { refuseTaskVariables } from '../deploy/refuse-variables.ts';
import { touchedEnvironment } from '../deploy/touched-environment.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { findPipeline } from '../pipelines/find-pipeline.ts';
import { planStop } from './plan-stop.ts';
import { assignments, planTask, refusedTask, refuseTasker } from './task-request.ts';

/** Which job is to be started; its name may be a beginning that no other manual job shares. */
export interface PlayRequest {
  readonly project: ProjectContext;
  readonly job: string;
  /** Undefined: the thread's pipeline, else the default branch's. */
  readonly ref: string | undefined;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

/** The job that is meant, in its pipeline. */
interface Playable {
  readonly request: PlayRequest;
  readonly job: Job;
  readonly pipeline: TaskPipeline;
  readonly release: Release;
  readonly jobs: readonly Job[];
  readonly graph: CiGraph;
}

/**
 * Finds the manual job in its pipeline. One that starts an environment becomes the same plan as `/deploy` would make,
 * one that stops an environment is left to GitLab's own way of stopping it, and every other is a task. Reads only.
 * @throws GitLabError when GitLab does not answer.
 */
export async function planPlay(request: PlayRequest, context: CommandContext): Promise<CommandResult> {
  const { project, ref } = request;
  const notDone = say`${code(request.job)} was not started.`;
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
  const isChild = pipeline.source === 'parent_pipeline';
  const match = findManual(request.job, jobs, isChild ? undefined : graph);
  if (match.kind === 'unknown') {
    const elsewhere = ref === undefined ? await findElsewhere(request, context) : undefined;
    return refusedTask(project, unknownJob(request, { pipeline, names: match.names, elsewhere }, context));
  }
  if (match.kind === 'several') return refusedTask(project, severalJobs(request, pipeline, match.names));
  const { job } = match;
  const playable = { request: { ...request, job: job.name }, job, pipeline, release, jobs, graph };
  const touched = touchedEnvironment(job.name, { graph, told: held?.jobs ?? [], rules: project.rules, isChild });
  switch (touched.kind) {
    case 'starts':
      return deploy(playable, touched.environment, context);
    case 'stops':
      return planStop(
        { project, pipeline, job, environment: touched.environment, variables: request.variables },
        context,
      );
    case 'rolls_back':
      return refusedTask(project, rollsBack(playable, touched.environment, context));
    case 'unknown':
      return refusedTask(project, inGitLab(playable));
    case 'none':
    case 'uses':
      return play(playable, touched.kind === 'uses' ? touched.environment : undefined, context);
  }
}

type ManualMatch =
  | { readonly kind: 'found'; readonly job: Job }
  | { readonly kind: 'several'; readonly names: readonly string[] }
  | { readonly kind: 'unknown'; readonly names: readonly string[] };

/** Exactly first, then without case, then as the beginning of one manual job's name. */
function findManual(word: string, jobs: readonly Job[], graph: CiGraph | undefined): ManualMatch {
  const declared = new Set(graph?.jobs.filter(({ manual }) => manual).map(({ name }) => name));
  const manual = jobs.filter((job) => job.status === 'manual' || job.manual === true || declared.has(job.name));
  const lower = word.toLowerCase();
  const named = manual.find(({ name }) => name === word) ?? manual.find(({ name }) => name.toLowerCase() === lower);
  if (named) return { kind: 'found', job: named };
  const beginning = manual.filter(({ name }) => name.toLowerCase().startsWith(lower));
  const [first] = beginning;
  if (first && beginning.length === 1) return { kind: 'found', job: first };
  if (first) return { kind: 'several', names: beginning.map(({ name }) => name) };
  const names = manual.map(({ name }) => name);
  return { kind: 'unknown', names: [...new Set([...nearest(word, names, 3), ...names])].slice(0, 5) };
}

async function deploy(
  { request, job, release }: Playable,
  environment: string,
  context: CommandContext,
): Promise<CommandResult> {
  const { project, variables } = request;
  const known = await context.gitlab.environmentNamed(project.ref.id, environment);
  const version = release.sha.startsWith(release.version) ? release.sha : release.version;
  return planDeploy({ project, environment: { name: environment, known }, version, job: job.name, variables }, context);
}

async function play(
  playable: Playable,
  environment: string | undefined,
  context: CommandContext,
): Promise<CommandResult> {
  const { request, job, pipeline, release, jobs, graph } = playable;
  const { project, variables } = request;
  const notDone = say`${code(job.name)} of ${bold(release.version)} was not started.`;
  const [tasker, known] = await Promise.all([
    refuseTasker(project, notDone, context),
    environment === undefined ? undefined : context.gitlab.environmentNamed(project.ref.id, environment),
  ]);
  const { id, url, name } = job;
  const { version, sha } = pipeline;
  const task: Task = {
    kind: 'play',
    pipeline: { id: pipeline.id, url: pipeline.url, version, sha },
    job: { id, name, url },
    variables,
  };
  const refusal =
    tasker ??
    refuseTaskVariables(
      { project, environment: environment === undefined ? undefined : { name: environment, known }, variables },
      notDone,
    ) ??
    notReady(playable, notDone);
  if (refusal) return refusedTask(project, refusal, task);
  const environments = environmentsBehind(graph, [name], jobs);
  const behind = await gateBehind({ project, release, environments, notDone, pipelineUrl: pipeline.url }, context);
  if (behind.refusal) return refusedTask(project, behind.refusal, task);
  const line = commandLine('', '/play', [project.rules.path, name, 'on', `#${pipeline.id}`, ...assignments(variables)]);
  return planTask({ project, task, line, warnings: behind.warnings }, context);
}

/** Of a finished job GitLab would start a new one and drop the variables, so that is a retry. */
function notReady({ request, job, pipeline }: Playable, notDone: Refusal['notDone']): Refusal | undefined {
  if (job.status === 'manual') return undefined;
  const open: Refusal['todo'] = [{ kind: 'open', label: 'Open the job', url: job.url ?? pipeline.url }];
  if (isFinished(job.status)) {
    const value = commandLine('', '/pipeline', [
      request.project.rules.path,
      'retry',
      `#${pipeline.id}`,
      '--job',
      job.name,
    ]);
    return {
      code: 'job_ran_before',
      notDone,
      fact: say`It has run already: ${jobStatus(job).word}.`,
      todo: [{ kind: 'press', label: 'Run it again', actionId: 'run_command:retry', value }],
    };
  }
  if (isActive(job.status)) {
    return { code: 'job_running', notDone, fact: say`It is ${job.status.replaceAll('_', ' ')} already.`, todo: open };
  }
  if (job.status === 'skipped') {
    return {
      code: 'job_skipped',
      notDone,
      fact: say`It was skipped, because an earlier job did not pass.`,
      todo: open,
    };
  }
  return { code: 'not_ready', notDone, fact: say`Its pipeline has not come to it yet.`, todo: open };
}

/** How far back, and among how many of the newest pipelines that we know of, a job is looked for. */
const knownForMs = 30 * 24 * 60 * 60_000;
const knownRead = 20;

/** The ref of the newest pipeline known to us in which a manual job is called so: where no ref is said, one is guessed. */
async function findElsewhere(
  { project, job }: PlayRequest,
  { tables, now }: CommandContext,
): Promise<string | undefined> {
  const since = new Date(now.getTime() - knownForMs);
  for (const { pipelineId } of await tables.pipelines.open(project.ref.id, since, knownRead)) {
    const pipeline = await tables.pipelines.find(project.ref.id, pipelineId);
    if (!pipeline || isChild(pipeline)) continue;
    const has = pipeline.jobs.some(({ name, status, manual }) => name === job && (manual ?? status === 'manual'));
    if (has) return pipeline.ref;
  }
  return undefined;
}

function unknownJob(
  request: PlayRequest,
  about: {
    readonly pipeline: TaskPipeline;
    readonly names: readonly string[];
    readonly elsewhere: string | undefined;
  },
  { settings }: CommandContext,
): Refusal {
  const { pipeline, names, elsewhere } = about;
  const { project, job, variables } = request;
  if (elsewhere !== undefined) {
    const words = [project.rules.path, job, 'on', elsewhere, ...assignments(variables)];
    return {
      code: 'job_unknown',
      notDone: say`${code(job)} was not started.`,
      fact: say`No manual job of ${link(`pipeline #${pipeline.id}`, pipeline.url)} is called so. One of ${code(elsewhere)} is.`,
      todo: [{ kind: 'type', line: commandLine(settings.commandPrefix, '/play', words) }],
    };
  }
  const has = names.length > 0 ? say`Manual jobs there: ${join(names.map(code), ', ')}.` : say`It has none.`;
  return {
    code: 'job_unknown',
    notDone: say`${code(request.job)} was not started.`,
    fact: say`No manual job of ${link(`pipeline #${pipeline.id}`, pipeline.url)} is called so. ${has}`,
    todo: [{ kind: 'open', label: 'Open the pipeline', url: pipeline.url }],
  };
}

function severalJobs(
  { project, job, variables }: PlayRequest,
  pipeline: TaskPipeline,
  names: readonly string[],
): Refusal {
  return {
    code: 'job_ambiguous',
    notDone: say`${code(job)} was not started.`,
    fact: say`Several manual jobs begin so. Which one?`,
    todo: names.slice(0, 5).map((name) => ({
      kind: 'press',
      label: name,
      actionId: `run_command:${name}`.slice(0, 255),
      value: commandLine('', '/play', [project.rules.path, name, 'on', `#${pipeline.id}`, ...assignments(variables)]),
    })),
  };
}

function rollsBack({ request, job }: Playable, environment: string, { settings }: CommandContext): Refusal {
  return {
    code: 'job_rolls_back',
    notDone: say`${code(job.name)} was not started.`,
    fact: say`It takes ${bold(environment)} back, which is a rollback with its rules and its lock.`,
    todo: [
      {
        kind: 'type',
        line: commandLine(settings.commandPrefix, '/rollback', [`${request.project.rules.path}:${environment}`]),
      },
    ],
  };
}

function inGitLab({ job, pipeline }: Playable): Refusal {
  return {
    code: 'job_unclear',
    notDone: say`${code(job.name)} was not started.`,
    fact: say`I cannot tell which environment it touches, so I do not know who may start it.`,
    todo: [{ kind: 'open', label: `Start ${job.name} in GitLab`, url: job.url ?? pipeline.url }],
  };
}
