import { describe, expect, it } from 'vitest';
import { createGitLabGateway } from '../../../src/gitlab/gateway.ts';
import { type Loopback, sendJson, startLoopback } from '../loopback.ts';

async function startGitLab(answers: Readonly<Record<string, unknown>>): Promise<Loopback> {
  return startLoopback((response, request) => {
    const asked = decodeURIComponent(request.url).replace('/api/v4/projects/7/', '');
    const known = answers[asked];
    sendJson(response, known === undefined ? 404 : 200, known ?? { message: '404 Not Found' });
  });
}

function connect(server: Loopback) {
  return createGitLabGateway({ url: server.url, token: 'glpat-token', now: () => new Date('2026-03-02T09:00:00Z') });
}

const suite = { name: 'unit', total_count: 4, suite_error: null, build_ids: [5] };

describe('createGitLabGateway on reports', () => {
  it('tells by the jobs alone which of them reported', async () => {
    await using server = await startGitLab({
      'pipelines/9/jobs?per_page=100': [
        { id: 5, coverage: 84.2, artifacts: [{ file_type: 'archive' }, { file_type: 'junit' }] },
        { id: 6, coverage: null, artifacts: [{ file_type: 'trace' }] },
        { id: 7 },
      ],
    });

    expect(await connect(server).reporters(7, 9)).toEqual({ testedBy: [5], hasCoverage: true });
  });

  it('counts a test that ended in an error as failed, and names reports that cannot be read', async () => {
    await using server = await startGitLab({
      'pipelines/9/test_report_summary': {
        total: { time: 1.5, count: 12, success: 6, failed: 3, skipped: 2, error: 1, suite_error: null },
        test_suites: [suite, { ...suite, name: 'e2e', build_ids: [6], suite_error: 'JUnit data parsing failed' }],
      },
    });

    expect(await connect(server).testCounts(7, 9)).toEqual({
      total: 12,
      failed: 4,
      skipped: 2,
      unreadable: ['e2e'],
      countedOf: [5, 6],
    });
  });

  it('names failing tests whatever their output looks like', async () => {
    const odd = { classname: 'C', file: null, execution_time: 0, stack_trace: null };
    await using server = await startGitLab({
      'pipelines/9/test_report': {
        total_count: 4,
        test_suites: [
          {
            test_cases: [
              { ...odd, status: 'success', name: 'fine', system_output: null },
              { ...odd, status: 'error', name: 'first', system_output: { message: 'no', type: 'Multiple' } },
              { ...odd, status: 'failed', name: 'second', system_output: ['a', 'b'] },
              { ...odd, status: 'failed', name: 'third', system_output: 'no' },
            ],
          },
          { test_cases: null },
        ],
      },
    });

    expect(await connect(server).failingTests(7, 9, 2)).toEqual(['first', 'second']);
  });

  it.each([
    ['84.25', 84.25],
    [84.25, 84.25],
    [0, 0],
    [null, undefined],
    ['', undefined],
    ['none', undefined],
  ])('reads the coverage %j', async (coverage, percent) => {
    await using server = await startGitLab({ 'pipelines/9': { id: 9, coverage } });

    expect(await connect(server).coverage(7, 9)).toBe(percent);
  });

  it('compares with the newest earlier success of the branch itself', async () => {
    const row = { sha: 'a'.repeat(40), status: 'success' };
    await using server = await startGitLab({
      'pipelines?ref=main&status=success&per_page=20': [
        { ...row, id: 12, ref: 'main' },
        { ...row, id: 8, ref: 'refs/merge-requests/5/head' },
        { ...row, id: 7, ref: 'main' },
      ],
    });

    expect(await connect(server).lastSuccess(7, 'main', 9)).toBe(7);
    expect(await connect(server).lastSuccess(7, 'main', 7)).toBeUndefined();
  });
});
