import { describe, expect, it } from 'vitest';
import { decodeJobStatus, isActive, isFinished, type JobStatus, progress } from '../../src/domain/job.ts';

describe('decodeJobStatus', () => {
  it('keeps what GitLab says and shows a new word as unknown', () => {
    expect(decodeJobStatus('waiting_for_resource')).toBe('waiting_for_resource');
    expect(decodeJobStatus('paused')).toBe('unknown');
  });
});

/** status, how far it has come, on its way, ended */
const table: readonly (readonly [JobStatus, number, boolean, boolean])[] = [
  ['unknown', 0, false, false],
  ['created', 0, false, false],
  ['skipped', 0, false, false],
  ['manual', 1, false, false],
  ['scheduled', 1, false, false],
  ['waiting_for_resource', 2, true, false],
  ['preparing', 2, true, false],
  ['pending', 3, true, false],
  ['running', 4, true, false],
  ['canceling', 5, true, false],
  ['success', 6, false, true],
  ['failed', 6, false, true],
  ['canceled', 6, false, true],
];

describe('progress, isActive, isFinished', () => {
  it.each(table)('%s', (status, far, active, finished) => {
    expect([progress(status), isActive(status), isFinished(status)]).toEqual([far, active, finished]);
  });
});
