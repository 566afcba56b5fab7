import { requiredJobs } from '../domain/gates.ts';
import { isActive, type Job } from '../domain/job.ts';
import { code, join, type Phrase, say } from '../domain/phrase.ts';
import { literal } from './literal.ts';

/** A card stays short: more are counted. */
const maxChecks = 6;

/** How the jobs went that an environment requires, in one line: `Checks: unit-tests passed · trivy-scan passed`. */
export function checksLine(requires: readonly string[], jobs: readonly Job[]): Phrase {
  if (requires.length === 0) return [];
  const all = requiredJobs(requires, jobs);
  const told = all.slice(0, maxChecks).map(({ name, jobs: own }) => say`${code(literal(name, 60))} ${outcome(own)}`);
  const left = all.length - told.length;
  return say`Checks: ${join(left > 0 ? [...told, say`and ${left} more`] : told, ' · ')}`;
}

/** Of several instances the worst counts. */
function outcome(jobs: readonly Job[]): string {
  const failed = jobs.filter(({ status }) => status === 'failed');
  if (jobs.length === 0) return 'did not run';
  if (failed.length > 0)
    return failed.every(({ allowFailure }) => allowFailure) ? 'failed (allowed to fail)' : 'failed';
  if (jobs.every(({ status }) => status === 'success')) return 'passed';
  return jobs.some(({ status }) => isActive(status)) ? 'is not done' : 'did not pass';
}
