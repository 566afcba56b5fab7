import { renderRoot } from '../../cards/root.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { familyOf } from '../pipelines/pipeline-family.ts';
import { freeTagRoot, moveToReply } from '../pipelines/tag-root.ts';
import type { Tables, Thread } from '../store-ports.ts';

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

/** The thread of a pipeline in a channel, born now if it was not there yet; over the root of its tag, if that has one. */
export async function openThread(
  tables: Tables,
  about: {
    readonly channel: string;
    readonly pipeline: Pipeline;
    readonly now: Date;
    /** A new thread begins below this message of an operation, instead of a root of its own. */
    readonly below?: string | undefined;
  },
): Promise<Thread> {
  const { channel, pipeline, now, below } = about;
  const known = await tables.threads.find(channel, pipeline.project.id, pipeline.id);
  if (known) return known;
  const tagRoot = below === undefined ? await freeTagRoot(tables, channel, pipeline) : undefined;
  const rootKey = below ?? tagRoot?.key ?? pipelineRootKey(channel, pipeline.id);
  const ids = { projectId: pipeline.project.id, pipelineId: pipeline.id };
  const thread: Thread = { channel, ...ids, rootKey, newsKey: rootKey, createdAt: now };
  await tables.threads.add(thread);
  if (tagRoot) await moveToReply(tables, tagRoot, now);
  await putRoot(tables, { thread, pipeline, now });
  return thread;
}

/** The outbox key of an operation that has a root message of its own. */
export function operationRootKey(channel: string, operationId: string): string {
  return `${channel}/operation:${operationId}`;
}

/**
 * Shows the root as it should look now. The same look again costs nothing. Where an operation is the root, because
 * the channel had never heard of its pipeline, that one's card stays.
 */
export async function putRoot(
  tables: Tables,
  about: { readonly thread: Thread; readonly pipeline: Pipeline; readonly now: Date },
): Promise<void> {
  const { thread, pipeline, now } = about;
  if (thread.rootKey.startsWith(operationRootKey(thread.channel, ''))) return;
  const downstream = await familyOf(tables, pipeline);
  const operations: Operation[] = [];
  for (const { project, id } of [pipeline, ...downstream]) {
    operations.push(...(await tables.operations.activeOfPipeline(project.id, id)));
  }
  const newsUrl = thread.newsKey === thread.rootKey ? undefined : messageUrl(thread.newsKey);
  const ended = pipeline.status === 'success' || pipeline.status === 'failed' || pipeline.status === 'canceled';
  await tables.outbox.put(
    {
      key: thread.rootKey,
      channel: thread.channel,
      rootKey: undefined,
      lane: ended || pipeline.status === 'manual' ? 'failure' : 'progress',
      ...renderRoot({ pipeline, downstream, operations, newsUrl }),
    },
    now,
  );
}
