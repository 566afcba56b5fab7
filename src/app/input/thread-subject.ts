import type { Pipeline } from '../../domain/pipeline.ts';
import type { Tables } from '../store-ports.ts';

/** What the thread is about in which something was typed or pressed. */
export interface ThreadSubject {
  readonly pipeline: Pipeline;
  /** Where its newest deployment went, or was to go. */
  readonly environment: string | undefined;
  /** The tag or branch, as people call it. */
  readonly version: string;
}

/** Reads what a thread of ours is about; undefined for every other thread. */
export async function readThread(
  tables: Pick<Tables, 'threads' | 'pipelines' | 'operations'>,
  place: { readonly channel: string; readonly threadTs?: string | undefined },
): Promise<ThreadSubject | undefined> {
  if (place.threadTs === undefined) return undefined;
  const thread = await tables.threads.findByTs(place.channel, place.threadTs);
  const pipeline = thread && (await tables.pipelines.find(thread.projectId, thread.pipelineId));
  if (!pipeline) return undefined;
  const operations = await tables.operations.ofPipeline(pipeline.project.id, pipeline.id);
  const operation = operations.find(({ rootKey }) => rootKey === thread.newsKey) ?? operations[0];
  return {
    pipeline,
    environment: operation?.environment ?? newestEnvironment(pipeline),
    version: operation?.release.version ?? pipeline.ref,
  };
}

function newestEnvironment({ deployments }: Pipeline): string | undefined {
  return deployments.toSorted((a, b) => b.id - a.id)[0]?.environment;
}
