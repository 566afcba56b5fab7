import type { Pipeline } from '../../domain/pipeline.ts';
import type { Tables, Thread } from '../store-ports.ts';

/** GitLab allows two levels of children, and projects that trigger each other; no real chain is longer. */
const maxLevels = 10;

/** The pipeline, the one that triggered it, and so on up to the root, as far as we hold them. */
export async function lineageOf(tables: Tables, pipeline: Pipeline): Promise<readonly Pipeline[]> {
  const lineage = [pipeline];
  for (let next = pipeline.upstream; next && lineage.length < maxLevels; ) {
    const above = await tables.pipelines.find(next.project.id, next.pipelineId);
    if (!above || lineage.some((known) => known.id === above.id)) break;
    lineage.push(above);
    next = above.upstream;
  }
  return lineage;
}

/** All pipelines that this one triggered, and those that they triggered, without itself. */
export async function familyOf(tables: Pick<Tables, 'pipelines'>, root: Pipeline): Promise<readonly Pipeline[]> {
  const found = new Map<number, Pipeline>();
  let level: readonly Pipeline[] = [root];
  for (let depth = 0; level.length > 0 && depth < maxLevels; depth += 1) {
    const below: Pipeline[] = [];
    for (const { project, id } of level) below.push(...(await tables.pipelines.downstreamOf(project.id, id)));
    level = below.filter((pipeline) => pipeline.id !== root.id && !found.has(pipeline.id));
    for (const pipeline of level) found.set(pipeline.id, pipeline);
  }
  return [...found.values()].toSorted((a, b) => a.id - b.id);
}

/**
 * Under whose root a channel is told of a pipeline: the highest above it that has a thread there, or, where none has
 * one, the highest of its own project.
 */
export async function findHome(
  tables: Tables,
  channel: string,
  pipeline: Pipeline,
): Promise<{ readonly home: Pipeline; readonly thread: Thread | undefined }> {
  const lineage = await lineageOf(tables, pipeline);
  for (const above of lineage.toReversed()) {
    const thread = await tables.threads.find(channel, above.project.id, above.id);
    if (thread) return { home: above, thread };
  }
  const others = lineage.findIndex((above) => above.project.id !== pipeline.project.id);
  const own = others < 0 ? lineage : lineage.slice(0, others);
  return { home: own.at(-1) ?? pipeline, thread: undefined };
}
