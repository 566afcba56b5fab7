import { describe, expect, it } from 'vitest';
import { checksLine } from '../../src/cards/checks-line.ts';
import { plainText } from '../../src/domain/phrase.ts';
import { aJob } from '../support/builders.ts';

describe('checksLine', () => {
  it.each([
    ['passed', [aJob({ name: 'scan', status: 'success' })]],
    ['failed', [aJob({ name: 'scan', status: 'failed' })]],
    ['failed (allowed to fail)', [aJob({ name: 'scan', status: 'failed', allowFailure: true })]],
    ['is not done', [aJob({ name: 'scan', status: 'running' })]],
    ['did not pass', [aJob({ name: 'scan', status: 'skipped' })]],
    ['did not run', []],
    [
      'failed',
      [aJob({ id: 1, name: 'scan 1/2', status: 'success' }), aJob({ id: 2, name: 'scan 2/2', status: 'failed' })],
    ],
    ['passed', [aJob({ id: 1, name: 'scan', status: 'failed' }), aJob({ id: 2, name: 'scan', status: 'success' })]],
  ])('says: %s', (outcome, jobs) => {
    expect(plainText(checksLine(['scan'], jobs))).toBe(`Checks: scan ${outcome}`);
  });

  it('counts those that are too many, and is empty where nothing is required', () => {
    expect(plainText(checksLine(['a', 'b', 'c', 'd', 'e', 'f', 'g'], []))).toContain('f did not run · and 1 more');
    expect(checksLine([], [aJob()])).toEqual([]);
  });
});
