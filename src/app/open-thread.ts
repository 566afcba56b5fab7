import { renderRoot } from '../cards/root.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Tables, Thread } from './ports.ts';

/** The outbox key of a pipeline's root message in a channel. Pipeline ids are unique in one GitLab. */
export function pipelineRootKey(channel: string, pipelineId: number): string {
  return `${channel}/pipeline:${pipelineId}`;
}

/**
 * A link to a message of ours that may not be posted yet: the sender puts Slack's address in when it knows it.
 */
export function messageUrl(key: string): string {
  return `message://${encodeURIComponent(key)}`;
}

/** The thread of a pipeline in a channel, born now if it was not there yet. */
export async function openThread(
  tables: Tables,
  about: { readonly channel: string; readonly pipeline: Pipeline; readonly now: Date },
): Promise<Thread> {
  const { channel, pipeline, now } = about;
  const known = await tables.threads.find(channel, pipeline.project.id, pipeline.id);
  if (known) return known;
  const rootKey = pipelineRootKey(channel, pipeline.id);
  const ids = { projectId: pipeline.project.id, pipelineId: pipeline.id };
  const thread: Thread = { channel, ...ids, rootKey, newsKey: rootKey, createdAt: now };
  await tables.threads.add(thread);
  await putRoot(tables, { thread, pipeline, now });
  return thread;
}

/** Shows the root as it should look now. The same look again costs nothing. */
export async function putRoot(
  tables: Tables,
  about: { readonly thread: Thread; readonly pipeline: Pipeline; readonly now: Date },
): Promise<void> {
  const { thread, pipeline, now } = about;
  const operations = await tables.operations.activeOfPipeline(pipeline.project.id, pipeline.id);
  const ended = pipeline.status === 'success' || pipeline.status === 'failed' || pipeline.status === 'canceled';
  await tables.outbox.put(
    {
      key: thread.rootKey,
      channel: thread.channel,
      rootKey: undefined,
      lane: ended || pipeline.status === 'manual' ? 'failure' : 'progress',
      ...renderRoot({ pipeline, operations }),
    },
    now,
  );
}
