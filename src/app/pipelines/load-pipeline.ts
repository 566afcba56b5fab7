import { InvariantError } from '../../domain/errors.ts';
import type { PipelineObserved } from '../../domain/event.ts';
import { evolvePipeline, type Pipeline } from '../../domain/pipeline.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { readPipeline } from './read-pipeline.ts';
import { type TraceUpstreamDeps, traceUpstream } from './trace-upstream.ts';

/** A pipeline, and those that triggered it and are new to us, the root first: to be saved with it. */
export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly above: readonly Pipeline[];
}

/**
 * The pipeline as we hold it, else as GitLab has it now.
 * @throws GitLabError, NotFoundError when it has to be read and cannot be.
 */
export async function loadPipeline(
  project: ProjectRef,
  pipelineId: number,
  deps: TraceUpstreamDeps,
): Promise<LoadedPipeline> {
  const held = await deps.store.tables.pipelines.find(project.id, pipelineId);
  if (held) return { pipeline: held, above: [] };
  const { event, above } = await traceUpstream(await readPipeline(project, pipelineId, deps), deps);
  const fold = (observed: PipelineObserved): Pipeline => {
    const fresh = evolvePipeline(undefined, observed, deps.clock.now());
    if (!fresh) throw new InvariantError('a pipeline read from GitLab folds to nothing');
    return fresh;
  };
  return { pipeline: fold(event), above: above.map(fold) };
}
