import { renderCatchUp } from '../../cards/catch-up.ts';
import type { Mention } from '../../domain/mention.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { ChannelRule, ProjectRules } from '../../domain/project.ts';
import { deploymentKey, isBroadcast, type Notice, noticeKey } from '../../domain/thread.ts';
import { type PlayedJob, whoAsked } from '../input/who-asked.ts';
import { repeatsFamily } from '../pipelines/repeats-family.ts';
import type { Tables, Thread } from '../store-ports.ts';
import { logExcerptRow } from './add-log-excerpt.ts';
import { reportRow } from './add-report.ts';
import type { AuthorByEmail } from './find-author-by-email.ts';
import { pipelineRootKey } from './open-thread.ts';
import { renderNotice } from './render-notice.ts';
import { whomToMention } from './whom-to-mention.ts';

/** News older than this when we hear of it is told once, as late, and not replayed. */
export const lateAfterMs = 5 * 60_000;

/** News of a pipeline for a thread of a channel. */
export interface News {
  readonly rule: ChannelRule;
  readonly thread: Thread;
  readonly notices: readonly Notice[];
  readonly pipeline: Pipeline;
  /** What is configured for the pipeline's project. */
  readonly rules: ProjectRules | undefined;
  /** What is known of who is who, beside linked accounts. */
  readonly people: {
    /** Slack user id -> GitLab username. */
    readonly identityUsers: Readonly<Record<string, string>>;
    readonly authorByEmail: AuthorByEmail | undefined;
  };
  readonly now: Date;
  /** The thread was just opened. */
  readonly fresh: boolean;
}

/** Writes each notice as a reply of its own, or all together as late news. */
export async function putNotices(tables: Tables, news: News): Promise<void> {
  const { notices, now } = news;
  const late = notices.some((notice) => notice.at !== undefined && now.getTime() - notice.at.getTime() > lateAfterMs);
  if (late) await putLate(tables, news);
  // What waits for a person now is no old news, and keeps its button.
  const told = late ? notices.filter((notice) => notice.kind === 'gate_reached') : notices;
  for (const notice of told) await putNotice(tables, notice, news);
}

/** Which job of a pipeline, to ask who wanted it played. */
export function playedJob(pipeline: Pipeline, jobId: number | undefined): PlayedJob {
  return { projectId: pipeline.project.id, pipelineId: pipeline.id, jobId };
}

async function putNotice(tables: Tables, notice: Notice, news: News): Promise<void> {
  const { rule, thread, pipeline, rules, people, now, fresh } = news;
  const askedBy =
    notice.kind === 'deployment' ? await whoAsked(tables, playedJob(pipeline, notice.deployment.jobId)) : undefined;
  // The card of the operation says already that it started.
  if (askedBy && notice.kind === 'deployment' && notice.outcome === 'started') return;
  const repeats = (await repeatsDeployment(tables, notice, news)) || (await repeatsFamily(tables, notice, news));
  const mention = repeats
    ? undefined
    : await whomToMention(tables, { mention: rule.mention, notice, pipeline, ...people });
  const key = `${thread.newsKey}/${noticeKey(notice, pipeline)}`;
  await tables.outbox.put(
    {
      key,
      channel: thread.channel,
      rootKey: thread.newsKey,
      lane: laneOf(notice),
      // A root that was just posted is news in the channel by itself; an edit of an older one is silent.
      broadcast: !fresh && !repeats && isBroadcast(rule, notice),
      ...renderNotice({ notice, pipeline, askedBy, mention, rules }),
    },
    now,
  );
  await putFollowUp(tables, notice, { pipeline, messageKey: key, mention, now });
}

/** What the reply still lacks is read from GitLab next. */
async function putFollowUp(
  tables: Tables,
  notice: Notice,
  about: {
    readonly pipeline: Pipeline;
    readonly messageKey: string;
    readonly mention: Mention | undefined;
    readonly now: Date;
  },
): Promise<void> {
  const { pipeline, messageKey, mention, now } = about;
  const work = { projectId: pipeline.project.id, pipelineId: pipeline.id, messageKey, mention };
  const jobId = failedJobId(notice);
  const reply = jobId === undefined ? undefined : await tables.outbox.find(messageKey);
  if (jobId !== undefined && reply)
    await tables.inbox.add(logExcerptRow({ ...work, jobId }, { version: reply.version, now }));
  const row = reportRow({ ...work, notice: notice.kind, endedAt: notice.at?.getTime() }, now);
  if (row) await tables.inbox.add(row);
}

/** Whether a pipeline's failure is that of deployments which the channel was told of: nobody is called for it twice. */
async function repeatsDeployment(tables: Tables, notice: Notice, { thread, pipeline }: News): Promise<boolean> {
  if (notice.kind !== 'pipeline_failed' && notice.kind !== 'still_failing') return false;
  for (const job of notice.jobs) {
    if (!(await isDeploymentTold(tables, job.id, { thread, pipeline }))) return false;
  }
  return notice.jobs.length > 0;
}

/** An operation may have moved the news of a pipeline under a root of its own since. */
async function isDeploymentTold(
  tables: Tables,
  jobId: number,
  { thread, pipeline }: Pick<News, 'thread' | 'pipeline'>,
): Promise<boolean> {
  for (const rootKey of new Set([pipelineRootKey(thread.channel, pipeline.id), thread.rootKey, thread.newsKey])) {
    if (await tables.outbox.find(`${rootKey}/${deploymentKey(jobId, 'failed')}`)) return true;
  }
  return false;
}

async function putLate(tables: Tables, { rule, thread, pipeline, notices, now, fresh }: News): Promise<void> {
  const [first] = notices;
  if (!first) return;
  await tables.outbox.put(
    {
      key: `${thread.newsKey}/late/${noticeKey(first, pipeline)}`,
      channel: thread.channel,
      rootKey: thread.newsKey,
      lane: notices.some(isFailure) ? 'failure' : 'deployment',
      // Old news calls nobody, unless a channel wants to see every reply.
      broadcast: !fresh && rule.broadcast === 'all',
      ...renderCatchUp({ pipeline, notices, since: earliest(notices, now), now }),
    },
    now,
  );
}

function earliest(notices: readonly Notice[], now: Date): Date {
  return new Date(Math.min(now.getTime(), ...notices.flatMap((notice) => notice.at?.getTime() ?? [])));
}

function laneOf(notice: Notice): 'failure' | 'answer' | 'deployment' {
  if (isFailure(notice) || notice.kind === 'fixed') return 'failure';
  return notice.kind === 'gate_reached' ? 'answer' : 'deployment';
}

function isFailure(notice: Notice): boolean {
  switch (notice.kind) {
    case 'job_failed':
    case 'pipeline_failed':
    case 'still_failing':
      return true;
    case 'deployment':
      return notice.outcome === 'failed';
    case 'pipeline_started':
    case 'pipeline_succeeded':
    case 'fixed':
    case 'gate_reached':
      return false;
  }
}

/** The job whose log tells why, for the notices that show it. */
function failedJobId(notice: Notice): number | undefined {
  if (notice.kind === 'job_failed') return notice.job.id;
  if (notice.kind === 'deployment' && notice.outcome === 'failed') return notice.deployment.jobId;
  return undefined;
}
