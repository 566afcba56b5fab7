import { renderReleaseChanged } from '../../cards/release-changed.ts';
import { renderTagMoved } from '../../cards/tag-moved.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { type ChannelRule, matchesGlob, type ProjectRules } from '../../domain/project.ts';
import type { TagNews } from '../../domain/tag-news.ts';
import { isExcluded } from '../../domain/thread.ts';
import { openThread } from '../notices/open-thread.ts';
import type { SlackContent } from '../ports.ts';
import type { Tables } from '../store-ports.ts';
import { findTagRoot, tagReplyKey, tagRootKey } from './tag-root.ts';

/**
 * Tells the channels that asked for it of a tag or a release: in the thread of the tag's pipeline, which is opened for
 * it, or else as a root that the pipeline takes over when it comes. What was told is not told again; a changed release
 * changes its message. Whether any channel was told something.
 */
export async function tellTagNews(
  tables: Tables,
  news: TagNews,
  context: { readonly rules: Pick<ProjectRules, 'channels'>; readonly now: Date },
): Promise<boolean> {
  const card = news.kind === 'tag' ? renderTagMoved(news) : renderReleaseChanged({ news, now: context.now });
  let told = false;
  for (const rule of context.rules.channels) {
    if (!follows(rule, news)) continue;
    told = (await tellChannel(tables, { rule, news, card, now: context.now })) || told;
  }
  return told;
}

/** Tags are followed unless a channel says which refs it wants. */
function follows({ notify, refs }: ChannelRule, { kind, tag }: TagNews): boolean {
  return notify.includes(kind) && (refs === undefined || refs.some((glob) => matchesGlob(glob, tag)));
}

interface Telling {
  readonly rule: ChannelRule;
  readonly news: TagNews;
  readonly card: SlackContent;
  readonly now: Date;
}

/** A thread or root that can be answered in. */
interface Place {
  /** The root itself, and where its news go now. */
  readonly rootKeys: readonly [rootKey: string, newsKey: string];
  /** The root tells this very news and shows no pipeline yet. */
  readonly isOwn: boolean;
  readonly fresh: boolean;
}

async function tellChannel(tables: Tables, telling: Telling): Promise<boolean> {
  const { news } = telling;
  const pipelines = (await tables.pipelines.ofTag(news.project.id, news.tag)).filter(
    ({ sha }) => news.sha === undefined || news.sha === sha,
  );
  const place = await findPlace(tables, telling, pipelines);
  if (isGone(news)) return place ? reply(tables, telling, place) : false;
  if (place)
    return (await isTold(tables, telling, place)) ? change(tables, telling, place) : reply(tables, telling, place);
  // A release that was never told here is no news because its notes were edited.
  if (news.kind === 'release' && news.change === 'updated') return false;
  return begin(tables, telling, pipelines);
}

async function findPlace(
  tables: Tables,
  { rule, news }: Telling,
  pipelines: readonly Pipeline[],
): Promise<Place | undefined> {
  for (const pipeline of pipelines) {
    const thread = await tables.threads.find(rule.id, pipeline.project.id, pipeline.id);
    if (thread) return { rootKeys: [thread.rootKey, thread.newsKey], isOwn: false, fresh: false };
  }
  const root = await findTagRoot(tables, tagPlace(rule, news));
  return root && { rootKeys: [root.key, root.key], isOwn: root.kind === news.kind, fresh: false };
}

async function isTold(tables: Tables, { news }: Telling, { rootKeys, isOwn }: Place): Promise<boolean> {
  if (isOwn) return true;
  for (const rootKey of rootKeys) if (await tables.outbox.find(tagReplyKey(rootKey, news.kind))) return true;
  return false;
}

/** A tag that is told again, by another hook, stays as it was told; a release shows its newest notes. */
async function change(tables: Tables, telling: Telling, { rootKeys, isOwn }: Place): Promise<boolean> {
  const { rule, news, card, now } = telling;
  if (news.kind === 'tag') return false;
  const [rootKey] = rootKeys;
  if (isOwn) {
    await tables.outbox.put({ key: rootKey, channel: rule.id, rootKey: undefined, lane: 'deployment', ...card }, now);
    return true;
  }
  for (const each of new Set(rootKeys)) {
    const key = tagReplyKey(each, news.kind);
    if (!(await tables.outbox.find(key))) continue;
    await tables.outbox.put({ key, channel: rule.id, rootKey: each, lane: 'deployment', ...card }, now);
  }
  return true;
}

async function reply(tables: Tables, { rule, news, card, now }: Telling, place: Place): Promise<boolean> {
  if (news.kind === 'release' && news.change === 'updated') return false;
  const rootKey = place.rootKeys[1];
  await tables.outbox.put(
    {
      key: tagReplyKey(rootKey, isGone(news) ? `${news.kind}-deleted` : news.kind),
      channel: rule.id,
      rootKey,
      lane: 'deployment',
      broadcast: rule.broadcast === 'all' && !place.fresh,
      ...card,
    },
    now,
  );
  return true;
}

async function begin(tables: Tables, telling: Telling, pipelines: readonly Pipeline[]): Promise<boolean> {
  const { rule, news, card, now } = telling;
  const pipeline = pipelines.find((each) => !isExcluded(rule, each));
  if (pipeline) {
    const { rootKey, newsKey } = await openThread(tables, { channel: rule.id, pipeline, now });
    return reply(tables, telling, { rootKeys: [rootKey, newsKey], isOwn: false, fresh: true });
  }
  const key = tagRootKey(tagPlace(rule, news), news.kind);
  await tables.outbox.put({ key, channel: rule.id, rootKey: undefined, lane: 'deployment', ...card }, now);
  return true;
}

function tagPlace({ id }: ChannelRule, { project, tag, sha }: TagNews) {
  return { channel: id, projectId: project.id, tag, sha };
}

function isGone(news: TagNews): boolean {
  return news.kind === 'tag' ? news.move === 'deleted' : news.change === 'deleted';
}
