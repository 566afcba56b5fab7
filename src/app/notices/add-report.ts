import { z } from 'zod';
import { GitLabError, NotFoundError, PayloadError } from '../../domain/errors.ts';
import { failedJobs, type Pipeline } from '../../domain/pipeline.ts';
import type { PipelineReport } from '../../domain/test-report.ts';
import { type Notice, noticeKey } from '../../domain/thread.ts';
import type { Clock, Wake } from '../ports.ts';
import type { InboxRow, NewInboxRow, Store } from '../store-ports.ts';
import type { ReadReport } from './read-report.ts';
import { renderNotice } from './render-notice.ts';

export interface AddReportDeps {
  readonly readReport: ReadReport;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly maskSecrets: (text: string) => string;
}

/** From this try on the reply gets what GitLab has, be it little. */
const lastTry = 3;

const reporting = ['pipeline_failed', 'still_failing', 'pipeline_succeeded', 'fixed'] as const;

/** What the fold wrote down to be done: which reply wants the report of which pipeline. */
const ReportWork = z.object({
  kind: z.literal('pipeline_report'),
  projectId: z.number(),
  pipelineId: z.number(),
  notice: z.enum(reporting),
  messageKey: z.string(),
  /** A pipeline that was run again ends again, and reports anew. */
  endedAt: z.number().optional(),
  /** Whom the reply mentions. */
  mention: z.object({ slackUserId: z.string(), as: z.enum(['author', 'requester']) }).optional(),
});
type ReportWork = z.infer<typeof ReportWork>;

/** The inbox row that asks for it, to be written with the reply; undefined for a notice that ends no pipeline. */
export function reportRow(
  work: Omit<ReportWork, 'kind' | 'notice'> & { readonly notice: Notice['kind'] },
  now: Date,
): NewInboxRow | undefined {
  if (!reporting.some((kind) => kind === work.notice)) return undefined;
  const body = JSON.stringify({ kind: 'pipeline_report', ...work });
  return {
    key: `report/${work.notice}/${work.endedAt ?? 0}/${work.messageKey}`,
    source: 'internal',
    body,
    receivedAt: now,
  };
}

/**
 * Adds tests and coverage to the reply that tells of a pipeline's end. The reply was told at once, without waiting for
 * GitLab; if it is not sent yet this changes it, else it becomes an edit.
 * @throws GitLabError to be tried again later; the reply stands as it is until then.
 */
export async function addReport(row: InboxRow, deps: AddReportDeps): Promise<void> {
  const work = ReportWork.parse(JSON.parse(row.body));
  const pipeline = await deps.store.tables.pipelines.find(work.projectId, work.pipelineId);
  const wanted = pipeline && noticeOf(work, pipeline);
  const report = wanted && (await deps.readReport(pipeline, row.attempts + 1 >= lastTry).catch(noReport));
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    // Rebuilt from state as it is now: the pipeline may have gone on while GitLab was asked.
    const current = report && (await tables.pipelines.find(work.projectId, work.pipelineId));
    const notice = current && noticeOf(work, current);
    const message = notice && (await tables.outbox.find(work.messageKey));
    const isAdded = report && current && message && (report.tests ?? report.coverage) !== undefined;
    if (isAdded) {
      const { key, channel, rootKey, lane, broadcast } = message;
      const card = renderNotice({
        notice,
        pipeline: current,
        report: maskNames(report, deps.maskSecrets),
        mention: work.mention,
      });
      await tables.outbox.put({ key, channel, rootKey, lane, broadcast, ...card }, now);
    }
    await tables.inbox.done(row.id, isAdded ? 'added' : 'nothing_to_add', now);
  });
  deps.wake('outbox');
}

/** The notice that the reply shows, while it is still true of the pipeline. */
function noticeOf({ notice: kind, messageKey }: ReportWork, pipeline: Pipeline): Notice | undefined {
  const isFailure = kind === 'pipeline_failed' || kind === 'still_failing';
  if (pipeline.status !== (isFailure ? 'failed' : 'success')) return undefined;
  const notice: Notice = isFailure ? { kind, jobs: failedJobs(pipeline) } : { kind };
  return messageKey.endsWith(`/${noticeKey(notice, pipeline)}`) ? notice : undefined;
}

/** Names of tests hold what the tests were given. */
function maskNames(report: PipelineReport, maskSecrets: (text: string) => string): PipelineReport {
  return { ...report, failing: report.failing.map(maskSecrets) };
}

/** What our token may not see, or is gone, will not come by asking again. */
function noReport(error: unknown): undefined {
  if (error instanceof NotFoundError || error instanceof PayloadError) return undefined;
  if (error instanceof GitLabError && !error.retryable) return undefined;
  throw error;
}
