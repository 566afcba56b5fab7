import { GitLabError, NotFoundError, PayloadError } from '../../domain/errors.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import {
  type Coverage,
  comparedRef,
  namedTests,
  type PipelineReport,
  type TestCounts,
} from '../../domain/test-report.ts';
import type { GitLabReports } from '../gitlab-ports.ts';
import type { Clock } from '../ports.ts';

/** Several channels and replies tell of one end of a pipeline: what was read is kept for them for so long. */
const keptMs = 60_000;

/** How patient a reader is: at a last try it takes what GitLab has. */
export interface ReadReport {
  (pipeline: Pipeline, isLastTry: boolean): Promise<PipelineReport>;
}

/** Reads reports, each end of a pipeline once however many ask for it. */
export function createReportReader(deps: { readonly gitlab: GitLabReports; readonly clock: Clock }): ReadReport {
  const kept = new Map<string, { readonly report: Promise<PipelineReport>; readonly until: number }>();
  return (pipeline, isLastTry) => {
    const now = deps.clock.now().getTime();
    for (const [key, { until }] of kept) if (until <= now) kept.delete(key);
    // A retried job is a new one with a higher id: what was read before its end is not what people wait for.
    const newest = Math.max(0, ...pipeline.jobs.map((job) => job.id));
    const key = `${pipeline.project.id}/${pipeline.id}/${newest}/${pipeline.status}/${isLastTry}`;
    const held = kept.get(key);
    if (held) return held.report;
    const report = readReport(pipeline, isLastTry, deps.gitlab);
    kept.set(key, { report, until: now + keptMs });
    report.catch(() => kept.delete(key));
    return report;
  };
}

/**
 * Reads what the jobs of a pipeline reported. One call when they reported nothing.
 * @throws GitLabError when it has to be asked again later.
 */
async function readReport(pipeline: Pipeline, isLastTry: boolean, gitlab: GitLabReports): Promise<PipelineReport> {
  const projectId = pipeline.project.id;
  const { testedBy, hasCoverage } = await gitlab.reporters(projectId, pipeline.id);
  /** What merely adorns does not keep the rest from being shown for good. */
  const adorn = <T>(answer: Promise<T>): Promise<T | undefined> =>
    answer.catch((error: unknown) => {
      if (isForGood(error) || (isLastTry && error instanceof GitLabError)) return undefined;
      throw error;
    });
  const [{ tests, failing }, coverage] = await Promise.all([
    testedBy.length > 0 ? readTests({ pipeline, testedBy, isLastTry }, gitlab, adorn) : noTests,
    hasCoverage ? readCoverage(pipeline, gitlab, adorn) : undefined,
  ]);
  return { tests, failing, coverage };
}

const noTests = { tests: undefined, failing: [] } as const;

type Adorn = <T>(answer: Promise<T>) => Promise<T | undefined>;

async function readTests(
  about: { readonly pipeline: Pipeline; readonly testedBy: readonly number[]; readonly isLastTry: boolean },
  gitlab: GitLabReports,
  adorn: Adorn,
): Promise<{ readonly tests: TestCounts | undefined; readonly failing: readonly string[] }> {
  const { pipeline, testedBy, isLastTry } = about;
  const projectId = pipeline.project.id;
  const counts = await adorn(gitlab.testCounts(projectId, pipeline.id));
  if (!counts) return noTests;
  const { countedOf, ...tests } = counts;
  if (!isLastTry && testedBy.some((jobId) => !countedOf.includes(jobId))) throw notCountedYet(pipeline);
  if (tests.total === 0 && tests.unreadable.length === 0) return noTests;
  const failing =
    tests.failed > 0 ? await adorn(gitlab.failingTests(projectId, pipeline.id, namedTests)) : ([] as const);
  return { tests, failing: failing ?? [] };
}

async function readCoverage(pipeline: Pipeline, gitlab: GitLabReports, adorn: Adorn): Promise<Coverage | undefined> {
  const projectId = pipeline.project.id;
  const percent = await adorn(gitlab.coverage(projectId, pipeline.id));
  if (percent === undefined) return undefined;
  const ref = comparedRef(pipeline);
  const before = ref === undefined ? undefined : await adorn(gitlab.lastSuccess(projectId, ref, pipeline.id));
  if (ref === undefined || before === undefined) return { percent };
  const compared = await adorn(gitlab.coverage(projectId, before));
  return compared === undefined ? { percent } : { percent, change: { points: percent - compared, ref } };
}

/** It will not come by asking again: gone, hidden, or not readable. */
function isForGood(error: unknown): boolean {
  return (
    error instanceof NotFoundError ||
    error instanceof PayloadError ||
    (error instanceof GitLabError && !error.retryable)
  );
}

/** GitLab counts in the background: soon after the end of a job its tests are missing. */
function notCountedYet(pipeline: Pipeline): GitLabError {
  return new GitLabError('GitLab has not counted all tests of the pipeline yet', {
    status: 0,
    method: 'GET',
    path: `/projects/${pipeline.project.id}/pipelines/${pipeline.id}/test_report_summary`,
    outcome: 'none',
  });
}
