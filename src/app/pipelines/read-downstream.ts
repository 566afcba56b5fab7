import { isOfGitLab } from '../../domain/errors.ts';
import type { PipelineObserved } from '../../domain/event.ts';
import { isPipelineFinished, type Upstream } from '../../domain/pipeline.ts';
import type { ProjectRef } from '../../domain/project.ts';
import type { Bridge, GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Log } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { unlessGitLabFails } from '../unless-gitlab-fails.ts';
import { readPipeline } from './read-pipeline.ts';

export interface ReadDownstreamDeps {
  readonly gitlab: Pick<GitLabReads, 'project' | 'pipeline' | 'jobs' | 'ciGraph' | 'bridges'>;
  readonly store: Pick<Store, 'tables'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** GitLab allows two levels of children; a third is one of another project. */
const maxLevels = 3;

/**
 * Reads the pipelines that one triggered and that have changed, whatever project they are of, in the order in which
 * they are to be folded. GitLab leaves children out of its lists. One that cannot be read does not keep the others from
 * being read.
 */
export async function readDownstream(
  { pipeline }: PipelineObserved,
  deps: ReadDownstreamDeps,
  level = 1,
): Promise<readonly PipelineObserved[]> {
  if (level > maxLevels || !(await mayTrigger(pipeline, deps))) return [];
  const found: PipelineObserved[] = [];
  try {
    for (const bridge of await deps.gitlab.bridges(pipeline.project.id, pipeline.id)) {
      const upstream = { project: pipeline.project, pipelineId: pipeline.id, jobName: bridge.name };
      const observed = await readOne(bridge, upstream, deps);
      if (observed) found.push(observed, ...(await readDownstream(observed, deps, level + 1)));
    }
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    deps.log.warn(
      { project: pipeline.project.path, pipeline_id: pipeline.id, err: error },
      'downstream pipelines could not be read',
    );
  }
  return found;
}

/** Most pipelines trigger none, and each poll would ask for it. Of a child the commit's configuration says nothing. */
async function mayTrigger({ project, sha, source }: PipelineObserved['pipeline'], deps: ReadDownstreamDeps) {
  if (source === 'parent_pipeline') return true;
  const graph = await unlessGitLabFails(deps.gitlab.ciGraph(project.id, sha), undefined);
  return graph === undefined || graph.jobs.some((job) => job.trigger === true);
}

async function readOne(
  { downstream }: Bridge,
  upstream: Upstream,
  deps: ReadDownstreamDeps,
): Promise<PipelineObserved | undefined> {
  if (!downstream) return undefined;
  const held = await deps.store.tables.pipelines.find(downstream.projectId, downstream.id);
  const isSettled = held?.upstream && held.status === downstream.status && isPipelineFinished(held.status);
  if (isSettled) return undefined;
  const project: ProjectRef =
    downstream.projectId === upstream.project.id
      ? upstream.project
      : (held?.project ?? (await deps.gitlab.project(downstream.projectId)));
  const observed = await readPipeline(project, downstream.id, deps);
  return { ...observed, pipeline: { ...observed.pipeline, upstream } };
}
