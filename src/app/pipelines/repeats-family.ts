import { failedJobs, type Pipeline } from '../../domain/pipeline.ts';
import { type Notice, noticeKey } from '../../domain/thread.ts';
import type { Tables, Thread } from '../store-ports.ts';
import { familyOf, lineageOf } from './pipeline-family.ts';

/**
 * Whether a pipeline's failure was told in this thread already as that of another one: a root that failed only because
 * a child did, or a child whose root was told first. Nobody is called for it twice.
 */
export async function repeatsFamily(
  tables: Tables,
  notice: Notice,
  { thread, pipeline }: { readonly thread: Thread; readonly pipeline: Pipeline },
): Promise<boolean> {
  if (notice.kind !== 'pipeline_failed') return false;
  const above = (await lineageOf(tables, pipeline)).slice(1).filter((other) => failedJobs(other).length === 0);
  const below = notice.jobs.length === 0 ? await familyOf(tables, pipeline) : [];
  for (const other of [...above, ...below]) {
    if (other.status !== 'failed') continue;
    const told = noticeKey({ kind: 'pipeline_failed', jobs: failedJobs(other) }, other);
    for (const rootKey of new Set([thread.rootKey, thread.newsKey])) {
      if (await tables.outbox.find(`${rootKey}/${told}`)) return true;
    }
  }
  return false;
}
