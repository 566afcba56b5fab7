import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.gitlab.stop());

async function runOnMain(): Promise<number> {
  const { id } = await harness.gitlab.pushBranch('main');
  await harness.gitlab.settle(id);
  return id;
}

const ask = async (path: string): Promise<unknown> => (await harness.ask('GET', `/projects/42/${path}`)).body;

describe('reports of the stand-in', () => {
  it('count the tests of jobs that upload a report, and give the pipeline its coverage as text', async () => {
    const id = await runOnMain();

    expect(await ask(`pipelines/${id}/test_report_summary`)).toMatchObject({
      total: { count: 96, success: 96, failed: 0, skipped: 0, error: 0, suite_error: null },
      test_suites: [
        { name: 'unit-tests', total_count: 48, build_ids: [harness.gitlab.job('unit-tests', id).id] },
        { name: 'integration-tests', total_count: 48 },
      ],
    });
    expect(await ask(`pipelines/${id}`)).toMatchObject({ coverage: '91.00' });
    expect(await ask(`jobs/${harness.gitlab.job('unit-tests', id).id}`)).toMatchObject({
      coverage: 91,
      artifacts: expect.arrayContaining([expect.objectContaining({ file_type: 'junit' })]) as unknown,
    });
    expect(await ask(`jobs/${harness.gitlab.job('build-app', id).id}`)).toMatchObject({
      coverage: null,
      artifacts: [{ file_type: 'trace' }],
    });
  });

  it('name the tests that failed in a failed job', async () => {
    harness.gitlab.planFailure('unit-tests', { failedTests: ['adds', 'removes'] });
    const id = await runOnMain();

    const report = (await ask(`pipelines/${id}/test_report`)) as {
      readonly failed_count: number;
      readonly test_suites: readonly { readonly test_cases: readonly { status: string; name: string }[] }[];
    };

    const cases = report.test_suites.flatMap((suite) => suite.test_cases);
    expect(report.failed_count).toBe(2);
    expect(cases.filter((test) => test.status === 'failed').map((test) => test.name)).toEqual(['adds', 'removes']);
    expect(await ask(`pipelines/${id}`)).toMatchObject({ coverage: '89.70' });
  });

  it('have nothing of a job whose script was never run', async () => {
    harness.gitlab.planFailure('unit-tests', { failureReason: 'runner_system_failure', log: 'no space left' });
    const id = await runOnMain();

    expect(await ask(`pipelines/${id}/test_report_summary`)).toMatchObject({
      test_suites: [{ name: 'integration-tests' }],
    });
    expect(await ask(`pipelines/${id}`)).toMatchObject({ coverage: null });
  });

  it('are empty where no job reports', async () => {
    await harness.gitlab.stop();
    harness = await startHarness({ ciYaml: 'build:\n  script: ["true"]\n  coverage: "/(?i)nothing (\\\\d+)/"\n' });
    const id = await runOnMain();

    expect(await ask(`pipelines/${id}/test_report_summary`)).toMatchObject({ total: { count: 0 }, test_suites: [] });
    expect(await ask(`pipelines/${id}/test_report`)).toMatchObject({ total_count: 0, test_suites: [] });
    expect(await ask(`pipelines/${id}`)).toMatchObject({ coverage: null });
  });
});
