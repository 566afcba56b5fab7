import { isChild, type Pipeline } from '../../domain/pipeline.ts';
import type { TagNews } from '../../domain/tag-news.ts';
import type { Tables } from '../store-ports.ts';

/**
 * A tag or release that was told before the tag's pipeline was there has a root message of its own. The pipeline, when
 * it comes, takes that message over as the root of its thread: a tag has one root, in whatever order GitLab tells.
 */
export interface TagRoot {
  readonly key: string;
  /** What the root tells. */
  readonly kind: TagNews['kind'];
}

/** Which tag, in which channel. By its commit as well: a tag that was moved is another one, with its own pipeline. */
export interface TagPlace {
  readonly channel: string;
  readonly projectId: number;
  readonly tag: string;
  readonly sha: string | undefined;
}

const kinds = ['tag', 'release'] as const satisfies readonly TagNews['kind'][];

/** The outbox key of the root that tells this kind of news of a tag without a pipeline. */
export function tagRootKey({ channel, projectId, tag, sha }: TagPlace, kind: TagNews['kind']): string {
  return `${channel}/${kind}:${projectId}/${sha ?? ''}/${tag}`;
}

/** The key of news of a tag below a root. */
export function tagReplyKey(rootKey: string, what: TagNews['kind'] | 'tag-deleted' | 'release-deleted'): string {
  return `${rootKey}/${what}`;
}

/** The tag's own root, whether a pipeline took it over or not. */
export async function findTagRoot(tables: Pick<Tables, 'outbox'>, place: TagPlace): Promise<TagRoot | undefined> {
  for (const kind of kinds) {
    const key = tagRootKey(place, kind);
    if (await tables.outbox.find(key)) return { key, kind };
  }
  return undefined;
}

/** The tag's own root that this pipeline is to take over: one that no other pipeline of the tag has. */
export async function freeTagRoot(
  tables: Pick<Tables, 'outbox' | 'pipelines' | 'threads'>,
  channel: string,
  pipeline: Pipeline,
): Promise<TagRoot | undefined> {
  if (!pipeline.tag || pipeline.upstream !== undefined || isChild(pipeline)) return undefined;
  const { project, ref, sha } = pipeline;
  const root = await findTagRoot(tables, { channel, projectId: project.id, tag: ref, sha });
  if (!root) return undefined;
  for (const other of await tables.pipelines.ofTag(project.id, ref)) {
    const thread = await tables.threads.find(channel, project.id, other.id);
    if (thread?.rootKey === root.key) return undefined;
  }
  return root;
}

/** What the root told becomes the first reply, since the root shows the pipeline from now on. */
export async function moveToReply(tables: Pick<Tables, 'outbox'>, root: TagRoot, now: Date): Promise<void> {
  const told = await tables.outbox.find(root.key);
  if (!told) return;
  const { channel, text, blocks } = told;
  const key = tagReplyKey(root.key, root.kind);
  await tables.outbox.put({ key, channel, rootKey: root.key, lane: 'deployment', text, blocks }, now);
}
