import { describe, expect, it } from 'vitest';
import { type EndedFacts, isWayBack, measureDeployment } from '../../src/domain/ended-deployment.ts';
import type { EnvironmentRecord } from '../../src/domain/environment-record.ts';
import { aDeployment, at } from '../support/builders.ts';

const older = aDeployment({ id: 5, sha: 'b'.repeat(40), ref: 'v1.3.0', pipelineId: 700 });

function aRecord(change: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  return {
    projectId: 7,
    environment: 'production',
    newestId: 5,
    successes: [older],
    failures: 0,
    heardAt: at(0),
    ...change,
  };
}

const measure = (change: Partial<EndedFacts> = {}) =>
  measureDeployment({ deployment: aDeployment(), endedAt: at(600), record: aRecord(), taggedAt: at(0), ...change });

describe('measureDeployment', () => {
  it('measures from the tag to its first success in production', () => {
    expect(measure().sinceTagMs).toBe(600_000);
    expect(measure({ record: undefined }).sinceTagMs).toBe(600_000);
  });

  it.each<readonly [string, Partial<EndedFacts>]>([
    ['of a branch', { taggedAt: undefined }],
    ['of another tier', { deployment: aDeployment({ environment: 'staging', tier: 'staging' }) }],
    ['that failed', { deployment: aDeployment({ status: 'failed' }) }],
    ['of a commit that was there before', { record: aRecord({ successes: [aDeployment({ id: 4 })] }) }],
  ])('measures no such time for a deployment %s', (_what, change) => {
    expect(measure(change).sinceTagMs).toBeUndefined();
  });

  it('does not take the deployment itself for an earlier one, which the record may hold already', () => {
    expect(measure({ record: aRecord({ successes: [aDeployment(), older] }) }).sinceTagMs).toBe(600_000);
  });

  it('measures from the first failure to the success that ends it', () => {
    const record = aRecord({ failures: 2, failingSince: at(100) });

    expect(measure({ record }).restoredAfterMs).toBe(500_000);
    expect(measure().restoredAfterMs).toBeUndefined();
    expect(measure({ record, deployment: aDeployment({ status: 'failed' }) })).toEqual({});
  });

  it('never measures less than nothing, though clocks differ', () => {
    expect(measure({ endedAt: at(-5) }).sinceTagMs).toBe(0);
  });
});

describe('isWayBack', () => {
  it('knows the return of an earlier version, of which GitLab runs an older pipeline again', () => {
    const record = aRecord({ successes: [aDeployment({ id: 9 }), older] });

    expect(isWayBack({ ...older, id: 12 }, record)).toBe(true);
    expect(isWayBack(aDeployment({ id: 12, sha: 'c'.repeat(40), pipelineId: 900 }), record)).toBe(false);
    expect(isWayBack(older, undefined)).toBe(false);
  });
});
