import { describe, expect, it } from 'vitest';
import { countsInWords, coverageInWords, reportLines } from '../../src/cards/report-lines.ts';
import { plainText } from '../../src/domain/phrase.ts';
import type { PipelineReport } from '../../src/domain/test-report.ts';

const counts = { total: 412, failed: 3, skipped: 2, unreadable: [] } as const;

function read(report: Partial<PipelineReport>): readonly string[] {
  return reportLines({ tests: undefined, failing: [], coverage: undefined, ...report })
    .map(plainText)
    .filter((line) => line !== '');
}

describe('countsInWords', () => {
  it.each([
    [{}, '412 tests: 3 failed, 2 skipped'],
    [{ skipped: 0 }, '412 tests: 3 failed'],
    [{ failed: 0 }, '412 tests: none failed, 2 skipped'],
    [{ failed: 0, skipped: 0 }, '412 tests passed'],
    [{ total: 1, failed: 0, skipped: 0 }, '1 test passed'],
    [{ total: 1, failed: 1, skipped: 0 }, '1 test: 1 failed'],
  ])('with %j says %s', (change, words) => {
    expect(countsInWords({ ...counts, ...change })).toBe(words);
  });
});

describe('coverageInWords', () => {
  it.each([
    [undefined, '84.2 %'],
    [{ points: -1.31, ref: 'main' }, '84.2 % (−1.3 since main)'],
    [{ points: 0.25, ref: 'main' }, '84.2 % (+0.3 since main)'],
    [{ points: 0.04, ref: 'main' }, '84.2 % (as on main)'],
  ])('with a change of %j says %s', (change, words) => {
    expect(coverageInWords({ percent: 84.2, change })).toBe(words);
  });
});

describe('reportLines', () => {
  it('says nothing where nothing was reported', () => {
    expect(reportLines(undefined)).toEqual([]);
    expect(read({})).toEqual([]);
  });

  it('names the failing tests one by one and how many more there are', () => {
    const tests = { ...counts, failed: 7 };

    expect(read({ tests, failing: ['a', 'b'.repeat(300)], coverage: { percent: 80 } })).toEqual([
      '412 tests: 7 failed, 2 skipped · coverage 80.0 %',
      '• a',
      `• ${'b'.repeat(99)}…`,
      'and 5 more',
    ]);
  });

  it('says coverage alone, and which reports could not be read', () => {
    const tests = { total: 0, failed: 0, skipped: 0, unreadable: ['unit-tests', 'e2e'] };

    expect(read({ tests, coverage: { percent: 80 } })).toEqual([
      'Coverage 80.0 %',
      'GitLab could not read the test report of unit-tests, e2e.',
    ]);
  });
});
