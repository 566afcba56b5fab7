import { describe, expect, it } from 'vitest';
import type { Watched } from '../../src/domain/canary.ts';
import type { Job } from '../../src/domain/job.ts';
import { decideNext, isVerifying, type Step } from '../../src/domain/operation.ts';
import { aJob, anOperation, aStep, at } from '../support/builders.ts';

const rule = { query: 'ratio', above: 0.01, forMs: 60_000, everyMs: 15_000, minRequests: 1 };
const probe = { url: 'https://example.com/api/version', field: 'version', withinMs: 60_000, everyMs: 5_000 };

function next(step: Partial<Step>, { now = at(100), prod = 'manual' }: { now?: Date; prod?: Job['status'] } = {}) {
  const jobs = [aJob({ name: 'deploy-prod', status: prod })];
  return decideNext(anOperation({ steps: [aStep({ jobId: undefined, ...step })] }), jobs, now);
}

const watching = (watched: Watched | undefined): Partial<Step> => ({ kind: 'watch', watch: rule, watched });

describe('a step that watches a canary', () => {
  const readings = [{ at: at(90), value: 0 }];

  it('reads at once, then as often as it is told, whatever wakes it in between', () => {
    expect(next(watching(undefined))).toEqual({ kind: 'watch', index: 0 });
    expect(next(watching({ readings }))).toEqual({ kind: 'look_later', afterMs: 5_000 });
    expect(next(watching({ readings }), { now: at(105) })).toEqual({ kind: 'watch', index: 0 });
  });

  it('has nothing to decide once the job after it was started in GitLab', () => {
    expect(next(watching({ readings }), { prod: 'running' })).toMatchObject({
      kind: 'update',
      step: { state: 'succeeded', reason: 'started_in_gitlab' },
    });
  });

  it('takes the canary away after a bad end, and asks again when the outcome is unknown', () => {
    const bad = { readings, verdict: 'breach' } as const;
    const calling = { state: 'calling', calledAt: at(99), calls: 1 } as const;

    expect(next(watching(bad))).toEqual({ kind: 'abort', index: 0 });
    expect(next(watching({ ...bad, abort: calling }))).toEqual({ kind: 'look_later', afterMs: 2_000 });
    expect(next(watching({ ...bad, abort: calling }), { now: at(102) })).toEqual({ kind: 'abort', index: 0 });
  });

  it('leaves it to a person when GitLab never said what came of it', () => {
    const abort = { state: 'calling', calledAt: at(90), calls: 3 } as const;

    expect(next(watching({ readings, verdict: 'breach', abort }))).toMatchObject({
      kind: 'update',
      step: { state: 'failed', watched: { abort: { state: 'unknown' } } },
    });
  });
});

describe('a step that asks for the live version', () => {
  const last = { kind: 'version', version: 'v1.3.0' } as const;
  const probed = { since: at(90), at: at(98), looks: 2, last };

  it('asks at once, then as often as it is told', () => {
    expect(next({ kind: 'probe', probe })).toEqual({ kind: 'probe', index: 0 });
    expect(next({ kind: 'probe', probe, probed })).toEqual({ kind: 'look_later', afterMs: 3_000 });
    expect(next({ kind: 'probe', probe, probed }, { now: at(103) })).toEqual({ kind: 'probe', index: 0 });
  });
});

describe('an operation', () => {
  it.each(['verify', 'probe'] as const)('is verifying at a step that is a %s', (kind) => {
    expect(isVerifying(anOperation({ steps: [aStep({ kind, state: 'running' })] }))).toBe(true);
    expect(isVerifying(anOperation({ state: 'failed', steps: [aStep({ kind, state: 'failed' })] }))).toBe(false);
  });
});
