import type { ApprovalPlace } from '../../domain/approval.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { type ChannelRule, matchesGlob } from '../../domain/project.ts';
import { followsRef, isExcluded } from '../../domain/thread.ts';
import { openThread } from '../notices/open-thread.ts';
import { findHome } from '../pipelines/pipeline-family.ts';
import type { Settings } from '../ports.ts';
import type { Tables, Thread } from '../store-ports.ts';

/** A channel that is told of a pipeline's approvals, and in the thread of which one. */
interface Follower {
  readonly rule: ChannelRule;
  readonly home: Pipeline;
  /** Undefined: it has none yet. */
  readonly thread: Thread | undefined;
}

interface Place {
  readonly pipeline: Pipeline;
  readonly environment: string;
  readonly settings: Pick<Settings, 'rulesFor'>;
}

/** The channels of the project that are told of approvals in an environment, and of such a pipeline. */
export async function findFollowers(
  tables: Tables,
  { pipeline, environment, settings }: Place,
): Promise<readonly Follower[]> {
  const found: Follower[] = [];
  for (const rule of settings.rulesFor(pipeline.project.path)?.channels ?? []) {
    const isTold = rule.environments?.some((glob) => matchesGlob(glob, environment)) ?? true;
    if (!isTold || !rule.notify.includes('approval')) continue;
    const { home, thread } = await findHome(tables, rule.id, pipeline);
    if (thread || (followsRef(rule, home) && !isExcluded(rule, home))) found.push({ rule, home, thread });
  }
  return found;
}

/** Where an observed request is shown: in the channels of `ask`, else in the pipeline's threads. */
export async function openPlaces(
  tables: Tables,
  about: Place & { readonly ask: readonly string[]; readonly now: Date },
): Promise<readonly ApprovalPlace[]> {
  const { ask, now } = about;
  if (ask.length > 0) return ask.map((channel) => ({ channel, rootKey: undefined, broadcast: false }));
  const places: ApprovalPlace[] = [];
  for (const { rule, home, thread } of await findFollowers(tables, about)) {
    const { newsKey } = thread ?? (await openThread(tables, { channel: rule.id, pipeline: home, now }));
    places.push({ channel: rule.id, rootKey: newsKey, broadcast: rule.broadcast !== 'none' });
  }
  return places;
}
