import { describe, expect, it } from 'vitest';
import { evolveObserved, lookAgainMs, movedGates } from '../../src/domain/observed-approval.ts';
import { aGitLabApproval, aJob, anApproval, aPipeline, at, raj } from '../support/builders.ts';

const request = anApproval({}, { origin: { kind: 'observed' }, expiresAt: undefined });
const approved = { person: raj.gitlab, answer: 'approve', at: at(30) } as const;

describe('evolveObserved', () => {
  it.each([
    ['waits', aGitLabApproval(), { state: 'open' }],
    ['was approved', aGitLabApproval({ pending: 0, approvals: [approved] }), { state: 'approved' }],
    [
      'was rejected, and its job dropped',
      aGitLabApproval({ begun: true, approvals: [{ ...approved, answer: 'reject' }] }),
      { state: 'rejected' },
    ],
    [
      'was approved and started',
      aGitLabApproval({ pending: 0, begun: true, approvals: [approved] }),
      { state: 'used' },
    ],
    ['was started without', aGitLabApproval({ begun: true }), { state: 'closed', closed: 'started' }],
    ['was canceled', aGitLabApproval({ canceled: true, overtaken: true }), { state: 'closed', closed: 'canceled' }],
    ['was overtaken', aGitLabApproval({ overtaken: true }), { state: 'closed', closed: 'overtaken' }],
    ['is gone, or under no rule', undefined, { state: 'closed', closed: 'gone' }],
  ])('follows a deployment that %s', (_, approval, expected) => {
    expect(evolveObserved(request, approval, at(60))).toMatchObject(expected);
  });
});

describe('movedGates', () => {
  const environment = { name: 'production', action: 'start' } as const;
  const manual = aJob({ id: 106, name: 'deploy-prod', status: 'manual', environment });
  const pipeline = aPipeline({ jobs: [manual] });
  it.each([
    ['came to its gate', { ...manual, status: 'created' as const }, manual, 1],
    ['is first heard of at its gate', undefined, manual, 1],
    ['is known to deploy only now', { ...manual, environment: undefined }, manual, 1],
    ['left its gate', manual, { ...manual, status: 'pending' as const }, 1],
    ['stands there as before', manual, manual, 0],
    ['runs by itself', undefined, { ...manual, status: 'running' as const }, 0],
    ['stops an environment', undefined, { ...manual, environment: { ...environment, action: 'stop' as const } }, 0],
    ['is another instance', { ...manual, id: 99 }, manual, 1],
  ])('names a deploy job that %s', (_, before, after, count) => {
    const held = before && { ...pipeline, jobs: [before] };

    expect(movedGates(held, { ...pipeline, jobs: [after] })).toHaveLength(count);
  });
});

describe('lookAgainMs', () => {
  it.each([
    ['ten seconds at first', 60, 10],
    ['longer as it grows old', 3_600, 120],
    ['an hour at most', 1_000_000, 3_600],
  ])('is %s', (_, ageSeconds, seconds) => {
    expect(lookAgainMs(request, at(ageSeconds))).toBe(seconds * 1_000);
  });
});
