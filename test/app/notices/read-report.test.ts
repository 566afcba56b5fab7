import { describe, expect, it } from 'vitest';
import type { GitLabReports } from '../../../src/app/gitlab-ports.ts';
import { createReportReader } from '../../../src/app/notices/read-report.ts';
import { GitLabError, NotFoundError } from '../../../src/domain/errors.ts';
import { aPipeline, at } from '../../support/builders.ts';

const pipeline = aPipeline({ id: 812, ref: 'v1.4.0', tag: true, status: 'failed' });

/** A GitLab in which job 5 left a report with seven failures and a coverage; what is named in `change` differs. */
function aGitLab(change: Partial<GitLabReports> = {}) {
  const asked: string[] = [];
  const told = <T>(name: string, answer: T): T => {
    asked.push(name);
    return answer;
  };
  const gitlab: GitLabReports = {
    reporters: async () => ({ testedBy: [5], hasCoverage: true }),
    testCounts: async () => ({ total: 9, failed: 7, skipped: 1, unreadable: [], countedOf: [5] }),
    failingTests: async (_, __, limit) => ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, limit),
    coverage: async (_, id) => (id === 812 ? 84.2 : 85.5),
    lastSuccess: async (_, ref, before) => (ref === 'main' && before === 812 ? 800 : undefined),
    ...change,
  };
  const spied: GitLabReports = {
    reporters: (...of) => told('reporters', gitlab.reporters(...of)),
    testCounts: (...of) => told('testCounts', gitlab.testCounts(...of)),
    failingTests: (...of) => told('failingTests', gitlab.failingTests(...of)),
    coverage: (...of) => told('coverage', gitlab.coverage(...of)),
    lastSuccess: (...of) => told('lastSuccess', gitlab.lastSuccess(...of)),
  };
  let now = at(0);
  return {
    asked,
    later: () => (now = at(600)),
    read: createReportReader({ gitlab: spied, clock: { now: () => now } }),
  };
}

const away = new GitLabError('502', { status: 502, method: 'GET', path: '/', outcome: 'none' });

describe('a report reader', () => {
  it('reads counts, five names, and coverage against the last success of the default branch', async () => {
    expect(await aGitLab().read(pipeline, false)).toEqual({
      tests: { total: 9, failed: 7, skipped: 1, unreadable: [] },
      failing: ['a', 'b', 'c', 'd', 'e'],
      coverage: { percent: 84.2, change: { points: expect.closeTo(-1.3) as number, ref: 'main' } },
    });
  });

  it('asks once where nothing was reported', async () => {
    const { asked, read } = aGitLab({ reporters: async () => ({ testedBy: [], hasCoverage: false }) });

    expect(await read(pipeline, false)).toEqual({ tests: undefined, failing: [], coverage: undefined });
    expect(asked).toEqual(['reporters']);
  });

  it('asks for no names when nothing failed', async () => {
    const counted = { total: 9, failed: 0, skipped: 0, unreadable: [], countedOf: [5] };
    const { asked, read } = aGitLab({ testCounts: async () => counted });

    await read(pipeline, false);

    expect(asked).not.toContain('failingTests');
  });

  it('reads one end of a pipeline once for several channels, and a later one anew', async () => {
    const { asked, read, later } = aGitLab();

    await Promise.all([read(pipeline, false), read(pipeline, false)]);
    expect(asked.filter((name) => name === 'reporters')).toHaveLength(1);
    await read({ ...pipeline, status: 'success' }, false);
    expect(asked.filter((name) => name === 'reporters')).toHaveLength(2);
    later();
    await read(pipeline, false);
    expect(asked.filter((name) => name === 'reporters')).toHaveLength(3);
  });

  it('asks again when GitLab was away, and keeps no failure', async () => {
    let isAway = true;
    const { read } = aGitLab({
      coverage: async () => {
        if (isAway) throw away;
        return 80;
      },
    });

    await expect(read(pipeline, false)).rejects.toThrow('502');
    isAway = false;
    expect(await read(pipeline, false)).toMatchObject({ coverage: { percent: 80 } });
  });

  it('takes what there is at the last try', async () => {
    const { read } = aGitLab({ failingTests: async () => Promise.reject(away) });

    await expect(read(pipeline, false)).rejects.toThrow('502');
    expect(await read(pipeline, true)).toMatchObject({
      tests: { failed: 7 },
      failing: [],
      coverage: { percent: 84.2 },
    });
  });

  it('does without what GitLab hides', async () => {
    const { read } = aGitLab({ testCounts: async () => Promise.reject(new NotFoundError('404')) });

    expect(await read(pipeline, false)).toMatchObject({ tests: undefined, coverage: { percent: 84.2 } });
  });

  it('waits until GitLab has counted the tests of every job, for a while', async () => {
    const counted = { total: 3, failed: 0, skipped: 0, unreadable: [], countedOf: [] };
    const { read } = aGitLab({ testCounts: async () => counted });

    await expect(read(pipeline, false)).rejects.toThrow('not counted');
    expect(await read(pipeline, true)).toMatchObject({ tests: { total: 3 } });
  });
});
