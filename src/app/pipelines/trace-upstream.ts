import { GitLabError, NotFoundError, PayloadError } from '../../domain/errors.ts';
import type { JobChanged, PipelineObserved } from '../../domain/event.ts';
import type { Upstream } from '../../domain/pipeline.ts';
import type { ProjectRef } from '../../domain/project.ts';
import type { Bridge, GitLabReads } from '../gitlab-ports.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { readPipeline } from './read-pipeline.ts';

export interface TraceUpstreamDeps {
  readonly gitlab: Pick<GitLabReads, 'pipeline' | 'jobs' | 'ciGraph' | 'bridges' | 'pipelinesOfSha'>;
  readonly store: Pick<Store, 'tables'>;
  readonly clock: Clock;
}

/** An event with what made its pipeline, and the pipelines above that we did not hold yet, the root first. */
export interface Traced<E> {
  readonly event: E;
  readonly above: readonly PipelineObserved[];
}

/** A commit rarely has more pipelines of its own than these. */
const parentsTried = 5;

/**
 * Finds out which pipelines stand above that of an event, so that a child is never told under a root of its own. Asks
 * GitLab only of a downstream pipeline that is new to us. What cannot be seen above it is left out.
 * @throws GitLabError when GitLab does not answer.
 */
export async function traceUpstream<E extends PipelineObserved | JobChanged>(
  event: E,
  deps: TraceUpstreamDeps,
): Promise<Traced<E>> {
  const about = subjectOf(event);
  const held = await deps.store.tables.pipelines.find(about.project.id, about.id);
  if (held?.upstream) return { event: withUpstream(event, held.upstream), above: [] };
  const upstream = about.upstream ? await confirm(about, about.upstream, deps) : await search(about, deps);
  const known = withUpstream(event, upstream);
  if (!upstream) return { event: known, above: [] };
  const { project, pipelineId } = upstream;
  if (await deps.store.tables.pipelines.find(project.id, pipelineId)) return { event: known, above: [] };
  const parent = await ifVisible(readPipeline(project, pipelineId, deps));
  if (!parent) return { event: known, above: [] };
  const traced = await traceUpstream(parent, deps);
  return { event: known, above: [...traced.above, traced.event] };
}

interface Subject {
  readonly project: ProjectRef;
  readonly id: number;
  readonly sha: string;
  readonly source: string | undefined;
  readonly upstream: Upstream | undefined;
}

function subjectOf(event: PipelineObserved | JobChanged): Subject {
  if (event.kind === 'job') return { ...event, id: event.pipelineId, source: undefined, upstream: event.upstream };
  const { project, id, sha, source, upstream } = event.pipeline;
  return { project, id, sha, source, upstream };
}

function withUpstream<E extends PipelineObserved | JobChanged>(event: E, upstream: Upstream | undefined): E {
  return event.kind === 'job' ? { ...event, upstream } : { ...event, pipeline: { ...event.pipeline, upstream } };
}

/**
 * The trigger jobs above name the downstream pipeline, and so give its job's name. A pipeline of another project has
 * to be among them: that project's webhook may say of itself what it likes. One of the same project is believed.
 */
async function confirm(about: Subject, told: Upstream, deps: TraceUpstreamDeps): Promise<Upstream | undefined> {
  if (told.jobName !== undefined) return told;
  const isOwn = told.project.id === about.project.id;
  const asked = ifVisible(deps.gitlab.bridges(told.project.id, told.pipelineId));
  // A name is not worth waiting for.
  const bridges = await (isOwn ? asked.catch(withoutName) : asked);
  const bridge = bridges?.find((candidate) => isTo(candidate, about));
  if (bridge) return { ...told, jobName: bridge.name };
  return isOwn ? told : undefined;
}

function withoutName(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
  return undefined;
}

/** REST does not say what made a child. Its parent is a pipeline of the same commit, or one of that one's children. */
async function search(about: Subject, deps: TraceUpstreamDeps): Promise<Upstream | undefined> {
  const { project, sha, source } = about;
  if (source !== 'parent_pipeline') return undefined;
  const roots = (await ifVisible(deps.gitlab.pipelinesOfSha(project.id, sha))) ?? [];
  let level = roots.map(({ id }) => id).filter((id) => id < about.id);
  for (let depth = 0; depth < 2 && level.length > 0; depth += 1) {
    const below: number[] = [];
    for (const pipelineId of level.slice(0, parentsTried)) {
      const bridges = (await ifVisible(deps.gitlab.bridges(project.id, pipelineId))) ?? [];
      const bridge = bridges.find((candidate) => isTo(candidate, about));
      if (bridge) return { project, pipelineId, jobName: bridge.name };
      below.push(...bridges.flatMap(({ downstream }) => (downstream?.projectId === project.id ? [downstream.id] : [])));
    }
    level = below;
  }
  return undefined;
}

function isTo({ downstream }: Bridge, { project, id }: Subject): boolean {
  return downstream?.id === id && downstream.projectId === project.id;
}

/** What is hidden from us, gone or unreadable will not come by asking again. */
async function ifVisible<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    const isHidden = error instanceof GitLabError && (error.status === 403 || error.status === 401);
    if (isHidden || error instanceof NotFoundError || error instanceof PayloadError) return undefined;
    throw error;
  });
}
