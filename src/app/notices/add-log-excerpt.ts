import { z } from 'zod';
import { GitLabError, NotFoundError } from '../../domain/errors.ts';
import { excerptLog } from '../../domain/log-excerpt.ts';
import { decideNotices, noticeKey } from '../../domain/thread.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { whoAsked } from '../input/who-asked.ts';
import type { Clock, Wake } from '../ports.ts';
import type { InboxRow, NewInboxRow, Store } from '../store-ports.ts';
import { renderNotice } from './render-notice.ts';

export interface AddLogExcerptDeps {
  readonly gitlab: Pick<GitLabReads, 'jobLog'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly maskSecrets: (text: string) => string;
}

/** What the fold wrote down to be done: which reply wants the log of which job. */
const LogExcerptWork = z.object({
  kind: z.literal('log_excerpt'),
  projectId: z.number(),
  pipelineId: z.number(),
  jobId: z.number(),
  messageKey: z.string(),
  /** Whom the reply mentions. */
  mention: z.object({ slackUserId: z.string(), as: z.enum(['author', 'requester']) }).optional(),
});

/**
 * The inbox row that asks for it, to be written with the reply. `version`: of the reply, since one that was written anew
 * has lost its log, as that of a failed job whose deployment is heard of a moment later.
 */
export function logExcerptRow(
  work: Omit<z.infer<typeof LogExcerptWork>, 'kind'>,
  { version, now }: { readonly version: number; readonly now: Date },
): NewInboxRow {
  const body = JSON.stringify({ kind: 'log_excerpt', ...work });
  return { key: `log-excerpt/${work.messageKey}/${version}`, source: 'internal', body, receivedAt: now };
}

/**
 * Adds the end of a failed job's log to its reply. The reply was told at once, without waiting for GitLab; if it is
 * not sent yet this changes it, else it becomes an edit.
 * @throws GitLabError to be tried again later; the reply stands without its log until then.
 */
export async function addLogExcerpt(row: InboxRow, deps: AddLogExcerptDeps): Promise<void> {
  const work = LogExcerptWork.parse(JSON.parse(row.body));
  const log = await deps.gitlab.jobLog(work.projectId, work.jobId).catch(noLog);
  const excerpt = excerptLog(log, deps.maskSecrets);
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    const pipeline = await tables.pipelines.find(work.projectId, work.pipelineId);
    const message = await tables.outbox.find(work.messageKey);
    // Rebuilt from state as if everything were new: the same notice, now with its log.
    const notices = pipeline ? decideNotices(undefined, pipeline, undefined, new Date(0)) : [];
    const notice = notices.find(
      (candidate) => pipeline && work.messageKey.endsWith(`/${noticeKey(candidate, pipeline)}`),
    );
    if (pipeline && message && notice && excerpt.length > 0) {
      const { key, channel, rootKey, lane, broadcast } = message;
      const { mention } = work;
      const askedBy = await whoAsked(tables, work);
      await tables.outbox.put(
        { key, channel, rootKey, lane, broadcast, ...renderNotice({ notice, pipeline, excerpt, askedBy, mention }) },
        now,
      );
    }
    await tables.inbox.done(row.id, notice ? 'added' : 'superseded', now);
  });
  deps.wake('outbox');
}

/** An erased log, or one that our token may not see, will not come by asking again. */
function noLog(error: unknown): string {
  if (error instanceof NotFoundError || (error instanceof GitLabError && error.status === 403)) return '';
  throw error;
}
