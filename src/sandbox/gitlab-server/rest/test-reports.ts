import { latestJobs, type Pipeline, type TestOutcome, type World } from '../world.ts';
import { ok, type Reply, type RestRequest } from './reply.ts';

/** What GitLab counted: `total` has short names, suites long ones. */
export function showSummary({ world }: RestRequest, pipeline: Pipeline): Reply {
  const suites = suitesOf(world, pipeline);
  const { total_time: time, total_count: count, success_count: success, failed_count: failed } = sumOf(suites);
  return ok({
    total: { time, count, success, failed, skipped: 0, error: 0, suite_error: null },
    test_suites: suites.map((suite) => ({
      ...suite.counts,
      name: suite.name,
      build_ids: [suite.jobId],
      suite_error: null,
    })),
  });
}

/** Every test by name, with what the failing ones said. */
export function showReport({ world }: RestRequest, pipeline: Pipeline): Reply {
  const suites = suitesOf(world, pipeline);
  return ok({
    ...sumOf(suites),
    test_suites: suites.map((suite) => ({
      ...suite.counts,
      name: suite.name,
      suite_error: null,
      test_cases: showCases(suite.tests),
    })),
  });
}

interface Suite {
  readonly jobId: number;
  readonly tests: TestOutcome;
  readonly name: string;
  readonly counts: Counts;
}

interface Counts {
  readonly total_time: number;
  readonly total_count: number;
  readonly success_count: number;
  readonly failed_count: number;
  readonly skipped_count: number;
  readonly error_count: number;
}

function suitesOf(world: World, pipeline: Pipeline): readonly Suite[] {
  return latestJobs(world, pipeline.id).flatMap((job): Suite[] => {
    const { id: jobId, name, tests } = job;
    if (tests === null) return [];
    const failed = tests.failed.length;
    return [{ jobId, tests, name, counts: countsOf(12.31, tests.total, failed) }];
  });
}

function sumOf(suites: readonly Suite[]): Counts {
  const sum = (pick: (counts: Counts) => number): number => suites.reduce((all, suite) => all + pick(suite.counts), 0);
  return countsOf(
    sum((counts) => counts.total_time),
    sum((counts) => counts.total_count),
    sum((counts) => counts.failed_count),
  );
}

function countsOf(time: number, total: number, failed: number): Counts {
  return {
    total_time: time,
    total_count: total,
    success_count: total - failed,
    failed_count: failed,
    skipped_count: 0,
    error_count: 0,
  };
}

function showCases({ total, failed }: TestOutcome): readonly Readonly<Record<string, unknown>>[] {
  const passed = Array.from({ length: total - failed.length }, (_, index) => `test_passes_${index + 1}`);
  const common = { classname: 'tests.test_checkout', file: null, execution_time: 0.25, attachment_url: null };
  return [
    ...passed.map((name) => ({ status: 'success', name, ...common, system_output: null, stack_trace: null })),
    ...failed.map((name) => ({
      status: 'failed',
      name,
      ...common,
      system_output: 'AssertionError: 9.99 != 10.0',
      stack_trace: null,
      recent_failures: { count: 1, base_branch: 'main' },
    })),
  ];
}
