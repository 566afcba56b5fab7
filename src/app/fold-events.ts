import { renderGateLeft } from '../cards/gate-left.ts';
import type { DomainEvent } from '../domain/event.ts';
import { evolvePipeline, isKnownByJobsOnly, openGates, type Pipeline } from '../domain/pipeline.ts';
import type { ChannelRule, ProjectRules } from '../domain/project.ts';
import {
  type BranchHealth,
  decideNotices,
  evolveBranch,
  followsRef,
  isExcluded,
  type Notice,
  noticeKey,
  wantsNotice,
} from '../domain/thread.ts';
import { openThread, putRoot } from './open-thread.ts';
import type { Tables, Thread } from './ports.ts';
import { playedJob, putNotices } from './put-notice.ts';
import { whoAsked } from './who-asked.ts';

/** What a fold needs to know beside the events. */
export interface FoldContext {
  readonly rules: ProjectRules;
  /** Slack user id -> GitLab username. */
  readonly identityUsers: Readonly<Record<string, string>>;
  readonly now: Date;
  /** Facts that ended before this are history: they are folded and not told. */
  readonly historyBefore: Date;
}

/**
 * Folds events of one pipeline into its state and writes what every channel should now show. Pure database work, so
 * that it is one transaction with the inbox row it came from. Returns the pipeline, or undefined when nothing changed.
 */
export async function foldEvents(
  tables: Tables,
  held: Pipeline | undefined,
  events: readonly DomainEvent[],
  context: FoldContext,
): Promise<Pipeline | undefined> {
  const { now, rules, identityUsers, historyBefore } = context;
  let next = held;
  for (const event of events) next = evolvePipeline(next, event, now) ?? next;
  if (!next || next === held) return undefined;

  const branch = await tables.pipelines.branch(next.project.id, next.ref);
  const notices = decideNotices(held, next, branch, historyBefore);
  await tables.pipelines.save(next);
  const health = evolveBranch(branch, next);
  if (health && health !== branch) await tables.pipelines.saveBranch(next.project.id, health);
  const told = await withoutOwnGates(tables, notices, next);
  // A channel that excludes pipelines was told nothing until now that we know which one this is.
  const isIntroduced = held !== undefined && isKnownByJobsOnly(held) && !isKnownByJobsOnly(next);
  const introduced = isIntroduced
    ? await withoutOwnGates(tables, decideNotices(undefined, next, branch, historyBefore), next)
    : told;
  const telling = { before: held, pipeline: next, notices: told, introduced, branch, identityUsers, now };
  for (const rule of rules.channels) await tellChannel(tables, { ...telling, rule });
  await tables.operations.wake(next.project.id, next.id, now);
  return next;
}

/** A gate that an operation will press, or asks about by itself, waits for nobody else. */
async function withoutOwnGates(
  tables: Tables,
  notices: readonly Notice[],
  pipeline: Pipeline,
): Promise<readonly Notice[]> {
  if (!notices.some((notice) => notice.kind === 'gate_reached')) return notices;
  const active = await tables.operations.activeOfPipeline(pipeline.project.id, pipeline.id);
  const own = new Set(active.flatMap((operation) => operation.steps.map((step) => step.job)));
  return notices.filter((notice) => notice.kind !== 'gate_reached' || !own.has(notice.job.name));
}

interface Telling {
  readonly rule: ChannelRule;
  readonly before: Pipeline | undefined;
  readonly pipeline: Pipeline;
  readonly notices: readonly Notice[];
  /** What a channel is told that has heard nothing of the pipeline because we did not know whether it may. */
  readonly introduced: readonly Notice[];
  readonly branch: BranchHealth | undefined;
  readonly identityUsers: FoldContext['identityUsers'];
  readonly now: Date;
}

async function tellChannel(tables: Tables, telling: Telling): Promise<void> {
  const { rule, pipeline, now } = telling;
  const known = await tables.threads.find(rule.id, pipeline.project.id, pipeline.id);
  const excluded = !known && isExcluded(rule, pipeline);
  const notices = !known && rule.exclude ? telling.introduced : telling.notices;
  const wanted = known || followsRef(rule, pipeline) ? notices.filter((notice) => wantsNotice(rule, notice)) : [];
  // That a branch is well again is told below its failure, whatever shows it.
  const news = excluded ? wanted.filter((notice) => notice.kind === 'fixed') : wanted;
  const [elsewhere, own] = await splitByThread(tables, telling, news);
  if (elsewhere) await putNotices(tables, { ...telling, ...elsewhere, fresh: false });

  if (!known && (excluded || own.length === 0)) return;
  const thread = known ?? (await openThread(tables, { channel: rule.id, pipeline, now }));
  await putRoot(tables, { thread, pipeline, now });
  await closeGates(tables, telling, thread);
  await putNotices(tables, { ...telling, thread, notices: own, fresh: !known });
}

/** A gate that waits no more loses its button, whoever started the job, here or in GitLab. */
async function closeGates(tables: Tables, { before, pipeline, now }: Telling, thread: Thread): Promise<void> {
  for (const gate of before ? openGates(before) : []) {
    const job = pipeline.jobs.find((candidate) => candidate.name === gate.name);
    if (!job || job.status === 'manual') continue;
    const notice = { kind: 'gate_reached', job: gate } as const;
    for (const rootKey of new Set([thread.rootKey, thread.newsKey])) {
      const key = `${rootKey}/${noticeKey(notice, pipeline)}`;
      if (!(await tables.outbox.find(key))) continue;
      const by = (await whoAsked(tables, playedJob(pipeline, job.id))) ?? job.user;
      const card = renderGateLeft({ pipeline, job, by });
      await tables.outbox.put({ key, channel: thread.channel, rootKey, lane: 'deployment', ...card }, now);
    }
  }
}

/** News that belongs under the root of another pipeline. */
interface Elsewhere {
  readonly thread: Thread;
  readonly notices: readonly Notice[];
}

/** While a branch stays broken, its later pipelines are told under the one that broke it. */
async function splitByThread(
  tables: Tables,
  telling: Telling,
  wanted: readonly Notice[],
): Promise<readonly [Elsewhere | undefined, readonly Notice[]]> {
  const { branch, pipeline, rule } = telling;
  const brokenBy = branch?.brokenByPipelineId;
  if (brokenBy === undefined || !wanted.some(isOfBranch)) return [undefined, wanted];
  const thread = await tables.threads.find(rule.id, pipeline.project.id, brokenBy);
  if (!thread) return [undefined, wanted];
  return [{ thread, notices: wanted.filter(isOfBranch) }, wanted.filter((notice) => !isOfBranch(notice))];
}

function isOfBranch(notice: Notice): boolean {
  return notice.kind === 'still_failing' || notice.kind === 'fixed';
}

/** Which pipeline an event is about, if it says so itself. */
export function pipelineIdOf(event: DomainEvent): number | undefined {
  switch (event.kind) {
    case 'pipeline':
      return event.pipeline.id;
    case 'job':
      return event.pipelineId;
    case 'deployment':
      return event.deployment.pipelineId;
  }
}
