import type { DeploymentChanged, DomainEvent, JobChanged, PipelineObserved } from '../../domain/event.ts';
import type { Pipeline, Upstream } from '../../domain/pipeline.ts';
import { isSamePath, type ProjectRef } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Settings } from '../ports.ts';
import { pipelineIdOf } from './fold-events.ts';
import { readPipeline } from './read-pipeline.ts';
import { type TraceUpstreamDeps, traceUpstream } from './trace-upstream.ts';

export interface LocateEventDeps extends TraceUpstreamDeps {
  readonly settings: () => Settings;
  readonly gitlab: TraceUpstreamDeps['gitlab'] & Pick<GitLabReads, 'project' | 'deployment'>;
}

/** What has to be folded so that an event finds its pipeline, and that one its root. */
export interface Located {
  /** The pipeline of the event; undefined: it belongs to none, and there is nothing to fold. */
  readonly pipelineId: number | undefined;
  readonly project: ProjectRef;
  readonly events: readonly DomainEvent[];
  /** The pipelines above it that we did not hold yet, the root first. */
  readonly above: readonly PipelineObserved[];
}

/**
 * Finds the pipeline of an event, and those that stand above it. Asks GitLab only what we do not hold: of a deployment
 * whose job we never saw whole, and of a downstream pipeline that is new.
 * @throws GitLabError when GitLab does not answer.
 */
export async function locateEvent(event: DomainEvent, project: ProjectRef, deps: LocateEventDeps): Promise<Located> {
  const pipelineId = pipelineIdOf(event);
  if (event.kind !== 'deployment') {
    const { event: traced, above } = await traceUpstream<PipelineObserved | JobChanged>(event, deps);
    return { pipelineId, project, events: [traced], above };
  }
  if (pipelineId !== undefined) return { pipelineId, project, events: [event], above: [] };
  const held = await findByJob(event, project, deps);
  if (held && isStartKnown(held, event)) return { pipelineId: held.id, project, events: [event], above: [] };
  return lookUp({ event, project, pipelineId: held?.id ?? (await askPipeline(event, project, deps)) }, deps);
}

/**
 * Whether we know if somebody pressed the job, on which it depends whether a branch's deployment is news. Only pipeline
 * hooks say it: where that one was lost, or comes later than the deployment's, GitLab is asked.
 */
function isStartKnown({ tag, jobs }: Pipeline, { deployment }: DeploymentChanged): boolean {
  return tag || jobs.some(({ id, manual }) => id === deployment.jobId && manual !== undefined);
}

/** A deployment hook names no pipeline: GitLab does. One made through the API, without a job, has none to be told in. */
async function askPipeline(
  { deployment }: DeploymentChanged,
  project: ProjectRef,
  { gitlab }: LocateEventDeps,
): Promise<number | undefined> {
  return (await gitlab.deployment(project.id, deployment.id)).pipelineId;
}

async function lookUp(
  { event, project, pipelineId }: Pick<Located, 'pipelineId' | 'project'> & { readonly event: DeploymentChanged },
  deps: LocateEventDeps,
): Promise<Located> {
  if (pipelineId === undefined) return { pipelineId, project, events: [], above: [] };
  const { event: observed, above } = await traceUpstream(await readPipeline(project, pipelineId, deps), deps);
  return { pipelineId, project, events: [observed, event], above };
}

/**
 * Whether an event of a project that nothing is configured for is of a pipeline that a followed one triggered. The
 * first time GitLab is asked what the project's name is; that the pipeline above really made it, `locateEvent` asks.
 */
export async function findDownstream(
  event: DomainEvent,
  project: ProjectRef,
  deps: LocateEventDeps,
): Promise<ProjectRef | undefined> {
  const { pipelines } = deps.store.tables;
  const pipelineId = pipelineIdOf(event);
  const held =
    pipelineId === undefined ? await findByJob(event, project, deps) : await pipelines.find(project.id, pipelineId);
  if (held) return held.upstream && held.project;
  const upstream = upstreamOf(event);
  if (!upstream) return undefined;
  const isFollowed = deps.settings().rulesFor(upstream.project.path) !== undefined;
  if (!isFollowed && !(await pipelines.find(upstream.project.id, upstream.pipelineId))?.upstream) return undefined;
  const ref = await deps.gitlab.project(project.id);
  return isSamePath(ref.path, project.path) ? ref : undefined;
}

function upstreamOf(event: DomainEvent): Upstream | undefined {
  if (event.kind === 'pipeline') return event.pipeline.upstream;
  return event.kind === 'job' ? event.upstream : undefined;
}

async function findByJob(
  event: DomainEvent,
  project: ProjectRef,
  deps: LocateEventDeps,
): Promise<Pipeline | undefined> {
  const jobId = event.kind === 'deployment' ? event.deployment.jobId : undefined;
  return jobId === undefined ? undefined : deps.store.tables.pipelines.findByJob(project.id, jobId);
}
