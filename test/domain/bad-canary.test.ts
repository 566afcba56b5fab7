import { describe, expect, it } from 'vitest';
import { badCanaryStep, isLeftByBadCanary } from '../../src/domain/bad-canary.ts';
import type { Operation, Step } from '../../src/domain/operation.ts';
import { aJob, anOperation, aStep } from '../support/builders.ts';

const canary = aStep({ job: 'deploy-canary', environment: 'production-canary', state: 'succeeded', jobId: 105 });
const failed = { state: 'failed', reason: 'job_failed' } as const;
const watch = aStep({ kind: 'watch', job: 'deploy-prod', environment: 'production-canary', ...failed });
const monitor = aStep({ kind: 'wait', job: 'monitor-canary', environment: undefined, ...failed });
const prod = aStep({ job: 'deploy-prod', environment: 'production', state: 'canceled' });

function ended(steps: readonly Step[], change: Partial<Operation> = {}): Operation {
  return anOperation({ kind: 'deploy', environment: 'production', state: 'failed', steps, ...change });
}

describe('badCanaryStep', () => {
  it.each<[string, Operation, Step | undefined]>([
    ["the bot's own watch", ended([canary, watch, prod]), watch],
    ['a job between canary and production', ended([canary, monitor, prod]), monitor],
    ['no job before the canary', ended([monitor, canary, prod]), undefined],
    ['no job that somebody canceled', ended([canary, { ...monitor, reason: 'job_canceled' }, prod]), undefined],
    ['no failure of the deploy job itself', ended([canary, { ...prod, ...failed }]), undefined],
    ['nothing after the deploy job', ended([canary, { ...prod, state: 'succeeded' }, monitor]), undefined],
    ['no rollback', ended([canary, watch, prod], { kind: 'rollback' }), undefined],
  ])('is %s', (_case, operation, step) => {
    expect(badCanaryStep(operation)).toBe(step);
  });
});

describe('isLeftByBadCanary', () => {
  const operation = ended([canary, watch, prod]);

  it.each<[string, Operation, number, boolean]>([
    ['while that canary is the last one', operation, 105, true],
    ['until the canary is run again', operation, 205, false],
    ['not while the operation goes on', { ...operation, state: 'active' }, 105, false],
    ['not after another failure', ended([canary, { ...prod, ...failed }]), 105, false],
  ])('holds %s', (_case, about, id, expected) => {
    expect(isLeftByBadCanary(about, [aJob({ id, name: 'deploy-canary' })])).toBe(expected);
  });
});
