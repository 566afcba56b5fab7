import type { Job } from '../../domain/job.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { ProjectRules } from '../../domain/project.ts';
import { isNamedRollback, takesBack } from '../../domain/rollback.ts';
import type { Tables } from '../store-ports.ts';
import { rollbackJobRow } from './tell-rollback-job.ts';

/**
 * Notes that a rollback job of the pipeline ended with success, whoever started it. To be called in the transaction of
 * the fold. A job that was only read by REST may not say its environment: that is asked later, and only of such a job.
 */
export async function noteRollbackJobs(
  tables: Pick<Tables, 'inbox'>,
  about: {
    readonly before: Pipeline | undefined;
    readonly pipeline: Pipeline;
    readonly rules: ProjectRules | undefined;
    readonly now: Date;
    /** What ended before is history, and is not told. */
    readonly historyBefore: Date;
  },
): Promise<void> {
  const { before, pipeline, rules, now, historyBefore } = about;
  if (!rules) return;
  const succeeded = pipeline.jobs.filter((job) => job.status === 'success' && !succeededBefore(job, before));
  for (const job of succeeded) {
    if ((job.finishedAt ?? now) < historyBefore || !isNamedRollback(job.name, rules)) continue;
    if (job.environment && takesBack(job, rules) === undefined) continue;
    await tables.inbox.add(rollbackJobRow(pipeline, job, now));
  }
}

function succeededBefore({ id }: Job, before: Pipeline | undefined): boolean {
  return before?.jobs.some((job) => job.id === id && job.status === 'success') === true;
}
