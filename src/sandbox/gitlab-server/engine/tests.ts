import type { Job, TestOutcome } from '../world.ts';

const TESTS = 48;

/** What a job reports of its tests. A job whose script was never run, or that uploads for another end, reports none. */
export function runTests(
  job: Job,
  failureReason: string | null,
  failedTests: readonly string[] = ['test_total_with_discount'],
): TestOutcome | null {
  const { testReport } = job;
  if (testReport === undefined) return null;
  if (failureReason === null) return testReport === 'on_failure' ? null : { total: TESTS, failed: [] };
  if (testReport === 'on_success' || failureReason !== 'script_failure') return null;
  return { total: Math.max(TESTS, failedTests.length), failed: failedTests };
}

/** The coverage that a job's pattern finds: the first number in the last line that matches. */
export function readCoverage(job: Job): number | null {
  const pattern = compile(job.coveragePattern);
  const line = pattern && job.log.split('\n').findLast((each) => pattern.test(each));
  const match = pattern?.exec(line ?? '');
  const number = /\d+(?:\.\d+)?/.exec(match?.[1] ?? match?.[0] ?? '')?.[0];
  return number === undefined ? null : Number(number);
}

/** GitLab's patterns are RE2's, whose `(?i)` JavaScript writes as a flag; what it cannot write at all finds nothing. */
function compile(pattern: string | undefined): RegExp | undefined {
  const [, insensitive, source] = /^\/(\(\?i\))?(.*)\/$/.exec(pattern ?? '') ?? [];
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, insensitive === undefined ? '' : 'i');
  } catch {
    // As with a pattern that matches nothing.
    return undefined;
  }
}
