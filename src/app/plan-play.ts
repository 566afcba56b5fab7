import { commandLine } from '../domain/command-line.ts';
import type { Job } from '../domain/job.ts';
import { nearest } from '../domain/nearest.ts';
import { code, join, link, say } from '../domain/phrase.ts';
import { isGlob } from '../domain/project.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { CiGraph } from '../domain/release.ts';
import type { CommandContext, CommandResult, ProjectContext, Subject } from './command.ts';
import type { PipelineSummary } from './gitlab-ports.ts';
import { planDeploy } from './plan-deploy.ts';
import { refuseReader } from './refuse-policy.ts';
import { resolveVersion } from './resolve-version.ts';

/** Which job is to be started; its name may be a beginning that no other manual job shares. */
export interface PlayRequest {
  readonly project: ProjectContext;
  readonly job: string;
  /** Undefined: the default branch. */
  readonly ref: string | undefined;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

/**
 * Finds the manual job in the newest pipeline of the ref. One that starts an environment becomes the same plan as
 * `/deploy` would make, with all its gates; every other is left to GitLab's page. Reads only.
 * @throws GitLabError when GitLab does not answer.
 */
export async function planPlay(request: PlayRequest, context: CommandContext): Promise<CommandResult> {
  const { project, ref = project.ref.defaultBranch ?? 'main' } = request;
  const about: Subject = { project: project.ref.path, version: ref };
  const refuse = (refusal: Refusal): CommandResult => ({ kind: 'refused', refusal, about });
  const stranger = await refuseReader(project, notStarted(request), context);
  if (stranger) return refuse(stranger);
  const match = await resolveVersion({ project, environment: '', version: ref }, context);
  if (match.kind === 'refused') return refuse({ ...match.refusal, notDone: notStarted(request) });
  if (match.kind === 'unknown') return refuse(unknownRef(request, ref, match.candidates));
  const [pipeline] = match.pipelines;
  if (!pipeline) return refuse(noPipeline(request, ref));

  const [jobs, graph] = await Promise.all([
    context.gitlab.jobs(project.ref.id, pipeline.id),
    context.gitlab.ciGraph(project.ref.id, match.release.sha),
  ]);
  const found = findManual(request.job, jobs, graph);
  if (found.kind === 'unknown') return refuse(unknownJob(request, { pipeline, names: found.names }));
  if (found.kind === 'several') return refuse(severalJobs(request, ref, found.names));
  const environment = environmentOf(found.job, graph, project);
  if (environment === undefined) return refuse(inGitLab(request, found.job, pipeline));
  const known = await context.gitlab.environmentNamed(project.ref.id, environment);
  const { variables } = request;
  const version = match.release.sha.startsWith(match.release.version) ? match.release.sha : match.release.version;
  return planDeploy(
    { project, environment: { name: environment, known }, version, job: found.job.name, variables },
    context,
  );
}

type ManualMatch =
  | { readonly kind: 'found'; readonly job: Job }
  | { readonly kind: 'several'; readonly names: readonly string[] }
  | { readonly kind: 'unknown'; readonly names: readonly string[] };

/** Exactly first, then without case, then as the beginning of one manual job's name. */
function findManual(word: string, jobs: readonly Job[], graph: CiGraph): ManualMatch {
  const declared = new Set(graph.jobs.filter(({ manual }) => manual).map(({ name }) => name));
  const manual = jobs.filter(({ name, status }) => status === 'manual' || declared.has(name));
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

/** The environment that the job starts: as configured, else as the pipeline declares it without variables. */
function environmentOf(job: Job, graph: CiGraph, { rules }: ProjectContext): string | undefined {
  const configured = rules.environments.find(({ name, jobs }) => !isGlob(name) && jobs.includes(job.name));
  if (configured) return configured.name;
  const { environment } = graph.jobs.find(({ name }) => name === job.name) ?? {};
  return environment?.action === 'start' && !environment.name.includes('$') ? environment.name : undefined;
}

function notStarted({ job }: PlayRequest): Refusal['notDone'] {
  return say`${code(job)} was not started.`;
}

function unknownRef(request: PlayRequest, ref: string, candidates: readonly string[]): Refusal {
  const nearby = candidates.length > 0 ? say` Nearest and newest tags: ${join(candidates.map(code), ', ')}.` : [];
  return {
    code: 'version_unknown',
    notDone: notStarted(request),
    fact: say`${request.project.ref.path} has no tag, branch or commit ${code(ref)}.${nearby}`,
    todo: [{ kind: 'open', label: 'Open the tags', url: `${request.project.ref.url}/-/tags` }],
  };
}

function noPipeline(request: PlayRequest, ref: string): Refusal {
  return {
    code: 'no_pipeline',
    notDone: notStarted(request),
    fact: say`No pipeline ran for ${code(ref)}, so there is no job to press.`,
    todo: [
      {
        kind: 'open',
        label: 'Run a pipeline',
        url: `${request.project.ref.url}/-/pipelines/new?ref=${encodeURIComponent(ref)}`,
      },
    ],
  };
}

function unknownJob(
  request: PlayRequest,
  { pipeline, names }: { readonly pipeline: PipelineSummary; readonly names: readonly string[] },
): Refusal {
  const has = names.length > 0 ? say`Manual jobs there: ${join(names.map(code), ', ')}.` : say`It has none.`;
  return {
    code: 'job_unknown',
    notDone: notStarted(request),
    fact: say`No manual job of ${link(`pipeline #${pipeline.id}`, pipeline.url)} is called so. ${has}`,
    todo: [{ kind: 'open', label: 'Open the pipeline', url: pipeline.url }],
  };
}

function severalJobs({ project, job, variables = {} }: PlayRequest, ref: string, names: readonly string[]): Refusal {
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return {
    code: 'job_ambiguous',
    notDone: say`${code(job)} was not started.`,
    fact: say`Several manual jobs begin so. Which one?`,
    todo: names.slice(0, 5).map((name) => ({
      kind: 'press',
      label: name,
      actionId: `run_command:${name}`.slice(0, 255),
      value: commandLine('', '/play', [project.rules.path, name, 'on', ref, ...assigned]),
    })),
  };
}

function inGitLab(request: PlayRequest, job: Job, pipeline: PipelineSummary): Refusal {
  return {
    code: 'job_not_deploying',
    notDone: notStarted({ ...request, job: job.name }),
    fact: say`It starts no environment whose name the pipeline says, and only jobs that do are started from here.`,
    todo: [{ kind: 'open', label: `Start ${job.name} in GitLab`, url: job.url ?? pipeline.url }],
  };
}
