import { z } from 'zod';
import type { GitLabReports } from '../../app/gitlab-ports.ts';
import {
  CoveragePayload,
  PipelineRowPayload,
  ReportingJobPayload,
  readAs,
  TestReportPayload,
  TestSummaryPayload,
} from '../schema.ts';
import type { ReadContext } from './context.ts';

const maxJobPages = 20;
const listed = 20;

/**
 * Reads of what jobs reported. `Jobs` tells whether there is anything at all, since each shows its kinds of artifacts.
 * @see https://docs.gitlab.com/ci/testing/unit_test_reports/
 */
export function createReportReads({ api }: ReadContext): GitLabReports {
  return {
    async reporters(projectId, pipelineId) {
      const answer = await api.Jobs.all(projectId, { pipelineId, perPage: 100, maxPages: maxJobPages });
      const jobs = readAs(z.array(ReportingJobPayload), answer, `the jobs of pipeline ${pipelineId}`);
      const tested = jobs.filter((job) => job.artifacts?.some(({ file_type: type }) => type === 'junit'));
      return {
        testedBy: tested.map((job) => job.id),
        hasCoverage: jobs.some((job) => job.coverage !== undefined),
      };
    },

    async testCounts(projectId, pipelineId) {
      const answer = await api.Pipelines.showTestReportSummary(projectId, pipelineId);
      const { total, test_suites: suites } = readAs(TestSummaryPayload, answer, `the tests of pipeline ${pipelineId}`);
      return {
        total: total.count,
        failed: total.failed + total.error,
        skipped: total.skipped,
        unreadable: (suites ?? []).flatMap((suite) => (suite.suite_error ? [suite.name ?? ''] : [])),
        countedOf: (suites ?? []).flatMap((suite) => suite.build_ids ?? []),
      };
    },

    async failingTests(projectId, pipelineId, limit) {
      const answer = await api.Pipelines.showTestReport(projectId, pipelineId);
      const report = readAs(TestReportPayload, answer, `the test report of pipeline ${pipelineId}`);
      return (report.test_suites ?? [])
        .flatMap((suite) => suite.test_cases ?? [])
        .filter((test) => test.status === 'failed' || test.status === 'error')
        .slice(0, limit)
        .map((test) => test.name ?? '');
    },

    async coverage(projectId, pipelineId) {
      const answer = await api.Pipelines.show(projectId, pipelineId);
      return readAs(CoveragePayload, answer, `the coverage of pipeline ${pipelineId}`).coverage;
    },

    async lastSuccess(projectId, ref, before) {
      const answer = await api.Pipelines.all(projectId, { ref, status: 'success', perPage: listed, maxPages: 1 });
      const rows = readAs(z.array(PipelineRowPayload), answer, 'the list of pipelines');
      // The list answers for merge requests of that branch as well.
      return rows.find((row) => row.ref === ref && row.id < before && row.tag !== true)?.id;
    },
  };
}
