import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/domain/deployment.ts';
import {
  type EnvironmentRecord,
  evolveEnvironmentRecord,
  refreshEnvironmentRecord,
  takeBack,
  takenBackSince,
} from '../../src/domain/environment-record.ts';
import { wentBack } from '../../src/domain/rollback.ts';
import { isStale, isWatchedEnvironment, reachesFailures } from '../../src/domain/watchdog.ts';

const now = new Date('2026-03-02T12:00:00Z');
const hourMs = 3_600_000;

const aDeployment = (id: number, change: Partial<Deployment> = {}): Deployment => ({
  id,
  environment: 'production',
  status: 'success',
  sha: `sha${id}`,
  ref: `v${id}`,
  pipelineId: id,
  changedAt: now,
  ...change,
});

const fold = (...deployments: readonly Deployment[]): EnvironmentRecord => {
  let record: EnvironmentRecord | undefined;
  for (const deployment of deployments) record = evolveEnvironmentRecord(record, { projectId: 1, deployment, now });
  if (!record) throw new Error('nothing was recorded');
  return record;
};

describe('evolveEnvironmentRecord', () => {
  it('counts failures until the next success', () => {
    expect(
      fold(aDeployment(1), aDeployment(2, { status: 'failed' }), aDeployment(3, { status: 'failed' })),
    ).toMatchObject({ failures: 2, live: { version: 'v1' } });
    expect(fold(aDeployment(2, { status: 'failed' }), aDeployment(3))).toMatchObject({
      failures: 0,
      failingSince: undefined,
      live: { version: 'v3' },
    });
  });

  it('takes no account of what is running, told twice or older', () => {
    const record = fold(aDeployment(5), aDeployment(6, { status: 'failed' }));

    for (const deployment of [
      aDeployment(7, { status: 'running' }),
      aDeployment(6, { status: 'failed' }),
      aDeployment(4, { status: 'failed' }),
    ]) {
      expect(evolveEnvironmentRecord(record, { projectId: 1, deployment, now })).toBe(record);
    }
  });

  it('knows a version that came back', () => {
    expect(fold(aDeployment(1), aDeployment(2), aDeployment(3, { sha: 'sha1', pipelineId: 1 })).live).toMatchObject({
      rolledBack: true,
    });
  });
});

describe('refreshEnvironmentRecord', () => {
  it('keeps the count of failures that are newer than the last success', () => {
    const held = fold(aDeployment(1), aDeployment(2, { status: 'failed' }));
    const about = { projectId: 1, environment: 'production', now };

    expect(refreshEnvironmentRecord(held, { ...about, successes: [aDeployment(1)] }).failures).toBe(1);
    expect(refreshEnvironmentRecord(held, { ...about, successes: [aDeployment(3), aDeployment(1)] }).failures).toBe(0);
  });
});

describe('takeBack', () => {
  const at = new Date(now.getTime() + hourMs);
  const record = takeBack(fold(aDeployment(5)), { at, by: undefined });

  it('holds until something is deployed', () => {
    const about = { projectId: 1, environment: 'production', now };

    expect(takenBackSince(record, { id: 5 })).toMatchObject({ at, version: undefined });
    expect(refreshEnvironmentRecord(record, { ...about, successes: [aDeployment(5)] }).takenBack).toMatchObject({ at });
    const after = refreshEnvironmentRecord(record, { ...about, successes: [aDeployment(6), aDeployment(5)] });
    expect(after.takenBack).toBeUndefined();
    expect(takenBackSince(record, { id: 6 })).toBeUndefined();
    const deployment = aDeployment(6);
    expect(evolveEnvironmentRecord(record, { projectId: 1, deployment, now })?.takenBack).toBeUndefined();
  });

  it('is told its version by a check, and forgets it for no older news', () => {
    const checked = takeBack(record, { at, by: undefined, version: 'v4' });

    expect(checked.takenBack).toMatchObject({ version: 'v4' });
    expect(takeBack(checked, { at, by: undefined })).toBe(checked);
  });

  it('says nothing of a job that ended before the deployment', () => {
    const held = fold(aDeployment(5));

    expect(takeBack(held, { at: new Date(now.getTime() - hourMs), by: undefined })).toBe(held);
  });
});

describe('wentBack', () => {
  const older = [aDeployment(2), aDeployment(1)];

  it.each([
    ['an older pipeline’s success again', aDeployment(3, { sha: 'sha1', pipelineId: 1 }), true],
    ['a redeploy of what is live', aDeployment(3, { sha: 'sha2', pipelineId: 2 }), false],
    ['an old commit in a new pipeline', aDeployment(3, { sha: 'sha1', pipelineId: 3 }), false],
    ['an old pipeline that never succeeded there', aDeployment(3, { sha: 'sha0', pipelineId: 0 }), false],
    ['one that failed', aDeployment(3, { sha: 'sha1', pipelineId: 1, status: 'failed' }), false],
  ])('of %s', (_, deployment, expected) => {
    expect(wentBack(deployment, older)).toBe(expected);
  });
});

const project = (...names: readonly string[]) => ({
  path: 'acme/app',
  aliases: [],
  channels: [],
  environments: names.map((name) => ({ name, aliases: [], jobs: [] })),
});

describe('the watchdog of an environment', () => {
  const rules = { jobStartMs: undefined, noDeployMs: hourMs, failures: 2, lockNagMs: undefined };

  it('looks after production and what is named, not after what a pattern matches', () => {
    const record = { ...fold(aDeployment(1)), environment: 'review/a', tier: 'development' };

    expect(isWatchedEnvironment({ ...record, tier: 'production' }, project())).toBe(true);
    expect(isWatchedEnvironment(record, project('review/a'))).toBe(true);
    expect(isWatchedEnvironment(record, project('review/*'))).toBe(false);
    expect(isWatchedEnvironment({ ...record, environment: 'prod-eu', tier: undefined }, project())).toBe(true);
  });

  it('barks at the failure that reaches the number, and at no later one', () => {
    const [one, two, three] = [1, 2, 3].map((failures) => ({ ...fold(aDeployment(1)), failures }));
    if (!one || !two || !three) throw new Error('there are three');

    expect(reachesFailures(undefined, one, rules)).toBe(false);
    expect(reachesFailures(one, two, rules)).toBe(true);
    expect(reachesFailures(two, three, rules)).toBe(false);
    expect(reachesFailures(one, two, { ...rules, failures: undefined })).toBe(false);
  });

  it('barks once after too long without a success', () => {
    const record = fold(aDeployment(1));
    const later = new Date(now.getTime() + 2 * hourMs);

    expect(isStale(record, rules, now)).toBe(false);
    expect(isStale(record, rules, later)).toBe(true);
    expect(isStale({ ...record, staleToldAfter: 1 }, rules, later)).toBe(false);
    expect(isStale(record, { ...rules, noDeployMs: undefined }, later)).toBe(false);
  });
});
