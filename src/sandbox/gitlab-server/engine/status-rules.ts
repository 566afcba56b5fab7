import type { JobStatus, PipelineStatus } from '../world.ts';

/** What the rules need to know of a job. */
export interface JobState {
  readonly status: JobStatus;
  readonly allowFailure: boolean;
}

type Kind = JobStatus | 'success_with_warnings' | 'ignored';

/** True when nothing more happens to a job by itself. */
export function isComplete(status: JobStatus): boolean {
  return status === 'success' || status === 'failed' || status === 'canceled' || status === 'skipped';
}

/** The status of a whole pipeline, or of all jobs of the earlier stages. */
export function combineStatuses(jobs: readonly JobState[]): PipelineStatus {
  if (jobs.length === 0) return 'success';
  return combineKinds(new Set(jobs.map(toKind)));
}

/**
 * The status of the jobs that a job names in `needs`.
 * Stricter than by stage: a skipped or unplayed optional job among them skips the job, and anything unfinished holds it.
 */
export function combineNeeds(jobs: readonly JobState[]): PipelineStatus {
  if (jobs.length === 0) return 'success';
  const kinds = new Set(jobs.map(toKind));
  if (kinds.has('skipped') || kinds.has('ignored')) return 'skipped';
  if (!hasOnly(kinds, ['success', 'failed', 'canceled', 'success_with_warnings'])) return 'pending';
  return combineKinds(kinds);
}

/** What becomes of a waiting job once what it waits for has this status; undefined means "wait on". */
export function decideNext(when: string, previous: PipelineStatus, byNeeds: boolean): 'go' | 'skip' | undefined {
  if (!isComplete(previous)) return undefined;
  switch (when) {
    case 'on_failure':
      return previous === 'failed' ? 'go' : 'skip';
    case 'always':
      return previous === 'canceled' ? 'skip' : 'go';
    default:
      return previous === 'success' || (previous === 'skipped' && !byNeeds) ? 'go' : 'skip';
  }
}

function toKind(job: JobState): Kind {
  if (!job.allowFailure) return job.status;
  if (job.status === 'failed' || job.status === 'canceled') return 'success_with_warnings';
  return job.status === 'manual' ? 'ignored' : job.status;
}

const HARMLESS: readonly Kind[] = ['success_with_warnings', 'ignored'];

function combineKinds(kinds: ReadonlySet<Kind>): PipelineStatus {
  if (hasOnly(kinds, ['skipped', 'ignored'])) return 'skipped';
  if (hasOnly(kinds, ['success', 'skipped', ...HARMLESS])) return 'success';
  if (hasOnly(kinds, ['created', ...HARMLESS])) return 'created';
  if (hasOnly(kinds, ['canceled', 'success', 'skipped', ...HARMLESS])) return 'canceled';
  if (hasOnly(kinds, ['pending', 'created', 'skipped', ...HARMLESS])) return 'pending';
  if (kinds.has('running') || kinds.has('pending')) return 'running';
  if (kinds.has('waiting_for_resource')) return 'waiting_for_resource';
  if (kinds.has('manual')) return 'manual';
  // Something finished and something has not begun: between two stages.
  return kinds.has('created') ? 'running' : 'failed';
}

function hasOnly(kinds: ReadonlySet<Kind>, allowed: readonly Kind[]): boolean {
  return [...kinds].every((kind) => allowed.includes(kind));
}
