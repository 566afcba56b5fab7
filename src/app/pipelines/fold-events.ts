import { renderGateLeft } from '../../cards/gate-left.ts';
import { isLeftByBadCanary } from '../../domain/bad-canary.ts';
import type { DomainEvent } from '../../domain/event.ts';
import { evolvePipeline, isChild, isKnownByJobsOnly, openGates, type Pipeline } from '../../domain/pipeline.ts';
import type { ChannelRule, ProjectRules } from '../../domain/project.ts';
import {
  type BranchHealth,
  decideDownstreamNotices,
  decideNotices,
  evolveBranch,
  followsRef,
  isExcluded,
  type Notice,
  noticeKey,
  opensThread,
  wantsNotice,
} from '../../domain/thread.ts';
import type { WatchdogRules } from '../../domain/watchdog.ts';
import { noteGates } from '../approvals/observe-deployment.ts';
import { tellStartedAround } from '../approvals/tell-around.ts';
import { recordObserved } from '../audit/record-observed.ts';
import { noteEndedDeployments } from '../environments/note-ended-deployments.ts';
import { whoAsked } from '../input/who-asked.ts';
import { tellIgnoredLocks } from '../locks/pass-locks.ts';
import type { AuthorByEmail } from '../notices/find-author-by-email.ts';
import { openThread, putRoot } from '../notices/open-thread.ts';
import { type News, playedJob, putNotices } from '../notices/put-notice.ts';
import { noteRollbackJobs } from '../rollback/note-rollback-jobs.ts';
import type { Tables, Thread } from '../store-ports.ts';
import { noteDeployments } from './note-deployments.ts';
import { lineageOf } from './pipeline-family.ts';
import { freeTagRoot } from './tag-root.ts';

/** What a fold needs to know beside the events. */
export interface FoldContext {
  /** What is configured for a project; of a downstream pipeline also those above it are asked for. */
  readonly rulesFor: (path: string) => ProjectRules | undefined;
  /** Slack user id -> GitLab username. */
  readonly identityUsers: Readonly<Record<string, string>>;
  /** Who wrote the commit of the events, where only an e-mail address tells. */
  readonly authorByEmail: AuthorByEmail | undefined;
  readonly now: Date;
  /** Facts that ended before this are history: they are folded and not told. */
  readonly historyBefore: Date;
  readonly watchdog: WatchdogRules;
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
  const { now, identityUsers, authorByEmail, historyBefore } = context;
  let next = held;
  for (const event of events) next = evolvePipeline(next, event, now) ?? next;
  if (!next || next === held) return undefined;

  const branch = await tables.pipelines.branch(next.project.id, next.ref);
  const notices = decideNotices(held, next, branch, historyBefore);
  await tables.pipelines.save(next);
  const { watchdog, rulesFor } = context;
  const rules = rulesFor(next.project.path);
  await noteEndedDeployments(tables, { pipeline: next, notices, now });
  await noteDeployments(tables, { pipeline: next, events, rules, watchdog, now, historyBefore });
  await noteRollbackJobs(tables, { before: held, pipeline: next, rules, now, historyBefore });
  await noteGates(tables, { before: held, pipeline: next, rules, now });
  await recordObserved(tables, { before: held, pipeline: next, identityUsers, now, historyBefore });
  const health = evolveBranch(branch, next);
  if (health && health !== branch) await tables.pipelines.saveBranch(next.project.id, health);
  const told = await withoutOwnGates(tables, notices, next);
  await tellIgnoredLocks(tables, { pipeline: next, notices, now });
  await tellStartedAround(tables, { pipeline: next, notices, rules, now });
  // A channel that excludes pipelines was told nothing until now that we know which one this is.
  const isIntroduced = held !== undefined && isKnownByJobsOnly(held) && !isKnownByJobsOnly(next);
  const introduced = isIntroduced
    ? await withoutOwnGates(tables, decideNotices(undefined, next, branch, historyBefore), next)
    : told;
  const people = { identityUsers, authorByEmail };
  const telling = { before: held, pipeline: next, notices: told, introduced, branch, rules, people, now };
  for (const { home, rule, ownRule } of channelsOf(await lineageOf(tables, next), context.rulesFor)) {
    const about = { ...telling, home, rule: ownRule ?? rule };
    const isFolded = home.id !== next.id;
    await tellChannel(tables, isFolded ? { ...about, ...(await foldUnder(tables, about, historyBefore)) } : about);
  }
  await tables.operations.wake(next.project.id, next.id, now);
  return next;
}

/** A channel that follows one of a lineage's projects. */
interface Destination {
  /** The highest pipeline whose project the channel follows: its thread has the news of all below. */
  readonly home: Pipeline;
  /** What the channel asks of the home's project. */
  readonly rule: ChannelRule;
  /** What it asks of the pipeline's own project, if it follows that as well. */
  readonly ownRule: ChannelRule | undefined;
}

function channelsOf(lineage: readonly Pipeline[], rulesFor: FoldContext['rulesFor']): readonly Destination[] {
  const found = new Map<string, Destination>();
  const own = rulesFor(lineage[0]?.project.path ?? '')?.channels ?? [];
  for (const home of lineage.toReversed()) {
    for (const rule of rulesFor(home.project.path)?.channels ?? []) {
      if (found.has(rule.id)) continue;
      found.set(rule.id, { home, rule, ownRule: own.find(({ id }) => id === rule.id) });
    }
  }
  return [...found.values()];
}

/** What a channel is told of a pipeline below the thread's own: on a broken branch, what its root would be told. */
async function foldUnder(
  tables: Tables,
  { home, before, pipeline }: Omit<Telling, 'introduced'>,
  since: Date,
): Promise<Pick<Telling, 'notices' | 'introduced' | 'branch'>> {
  const health = home.tag || home.mergeRequest ? undefined : await tables.pipelines.branch(home.project.id, home.ref);
  const broken = health?.brokenByPipelineId !== undefined && health.brokenByPipelineId < home.id;
  const branch = broken ? health : undefined;
  const notices = await withoutOwnGates(tables, decideDownstreamNotices(before, pipeline, branch, since), pipeline);
  return { notices, introduced: notices, branch };
}

/**
 * A gate that an operation will press, or asks about by itself, waits for nobody else; nor does one behind a canary that
 * was found bad, which a job that takes the canary away sets waiting once more.
 */
async function withoutOwnGates(
  tables: Tables,
  notices: readonly Notice[],
  pipeline: Pipeline,
): Promise<readonly Notice[]> {
  if (!notices.some((notice) => notice.kind === 'gate_reached')) return notices;
  const operations = await tables.operations.ofPipeline(pipeline.project.id, pipeline.id);
  const held = operations.filter(
    (operation) => operation.state === 'active' || isLeftByBadCanary(operation, pipeline.jobs),
  );
  const own = new Set(held.flatMap((operation) => operation.steps.map((step) => step.job)));
  return notices.filter((notice) => notice.kind !== 'gate_reached' || !own.has(notice.job.name));
}

interface Telling {
  readonly rule: ChannelRule;
  readonly before: Pipeline | undefined;
  readonly pipeline: Pipeline;
  /** The pipeline itself, or the one above it under whose root it is told. */
  readonly home: Pipeline;
  readonly notices: readonly Notice[];
  /** What a channel is told that has heard nothing of the pipeline because we did not know whether it may. */
  readonly introduced: readonly Notice[];
  readonly branch: BranchHealth | undefined;
  /** What is configured for the pipeline's project. */
  readonly rules: ProjectRules | undefined;
  readonly people: News['people'];
  readonly now: Date;
}

async function tellChannel(tables: Tables, telling: Telling): Promise<void> {
  const { rule, pipeline, home, now } = telling;
  const had = await tables.threads.find(rule.id, home.project.id, home.id);
  const excluded = !had && (isExcluded(rule, home) || isExcluded(rule, pipeline));
  // A tag that was told already shows its pipeline at once.
  const isTold = !had && !excluded && (await freeTagRoot(tables, rule.id, home)) !== undefined;
  const known = isTold ? await openThread(tables, { channel: rule.id, pipeline: home, now }) : had;
  const notices = !had && rule.exclude ? telling.introduced : telling.notices;
  const wanted =
    known || followsRef(rule, isChild(pipeline) ? home : pipeline)
      ? notices.filter((notice) => wantsNotice(rule, notice))
      : [];
  // That a branch is well again is told below its failure, whatever shows it.
  const news = excluded ? wanted.filter((notice) => notice.kind === 'fixed') : wanted;
  const [elsewhere, own] = await splitByThread(tables, telling, news);
  if (elsewhere) await putNotices(tables, { ...telling, ...elsewhere, fresh: false });

  if (!known && (excluded || !own.some((notice) => opensThread(rule, notice, home)))) return;
  const thread = known ?? (await openThread(tables, { channel: rule.id, pipeline: home, now }));
  await putRoot(tables, { thread, pipeline: home, now });
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
  const { branch, home, rule } = telling;
  const brokenBy = branch?.brokenByPipelineId;
  if (brokenBy === undefined || !wanted.some(isOfBranch)) return [undefined, wanted];
  const thread = await tables.threads.find(rule.id, home.project.id, brokenBy);
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
