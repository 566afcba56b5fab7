import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/domain/job.ts';
import { judgeOwnRollback } from '../../src/domain/own-rollback.ts';
import { aCiJob, aJob, at } from '../support/builders.ts';

const prepare = { name: 'production', action: 'prepare' } as const;
const ciJobs = [
  aCiJob({ name: 'rollback-prod', manual: true, environment: prepare }),
  aCiJob({ name: 'auto-rollback-prod', environment: prepare }),
  aCiJob({ name: 'rollback-staging', environment: { name: 'staging', action: 'prepare' } }),
];

function judge(jobs: Readonly<Record<string, Partial<Job>>>, configured?: readonly string[], now = at(100)) {
  const instances = Object.entries(jobs).map(([name, job]) => aJob({ name, ...job }));
  const about = { environment: 'production', configured, deployedAt: at(50), failedAt: at(90), now };
  return judgeOwnRollback({ ciJobs, jobs: instances }, about);
}

describe('judgeOwnRollback', () => {
  it.each<readonly [string, Readonly<Record<string, Partial<Job>>>, ReturnType<typeof judgeOwnRollback>]>([
    ['a pipeline without one', {}, { kind: 'none' }],
    ['a button that nobody pressed', { 'rollback-prod': { status: 'manual' } }, { kind: 'none' }],
    ['a button that cannot be pressed yet', { 'rollback-prod': { status: 'created' } }, { kind: 'none' }],
    ['one that was skipped', { 'auto-rollback-prod': { status: 'skipped' } }, { kind: 'none' }],
    ['one that comes yet', { 'auto-rollback-prod': { status: 'created' } }, { kind: 'wait' }],
    ['one that runs', { 'auto-rollback-prod': { status: 'running' } }, { kind: 'wait' }],
    ['a button that somebody has just pressed', { 'rollback-prod': { status: 'pending' } }, { kind: 'wait' }],
    [
      'one that ran',
      { 'auto-rollback-prod': { status: 'success', finishedAt: at(95) } },
      { kind: 'ran', job: 'auto-rollback-prod' },
    ],
    [
      'one that failed',
      { 'auto-rollback-prod': { status: 'failed', finishedAt: at(95) } },
      { kind: 'failed', job: 'auto-rollback-prod' },
    ],
    [
      'one that took back what was there before',
      { 'rollback-prod': { status: 'success', finishedAt: at(10) } },
      { kind: 'none' },
    ],
    ['one of another environment', { 'rollback-staging': { status: 'running' } }, { kind: 'none' }],
  ])('of %s', (_, jobs, expected) => {
    expect(judge(jobs)).toEqual(expected);
  });

  it('knows those that are configured, and no others', () => {
    expect(judge({ 'rollback-staging': { status: 'running' } }, ['rollback-stag*'])).toEqual({ kind: 'wait' });
    expect(judge({ 'auto-rollback-prod': { status: 'running' } }, ['rollback-stag*'])).toEqual({ kind: 'none' });
  });

  it('does not wait for ever, and does not take it for absent either', () => {
    expect(judge({ 'auto-rollback-prod': { status: 'created' } }, undefined, at(90 + 601))).toEqual({
      kind: 'overdue',
      job: 'auto-rollback-prod',
    });
  });
});
