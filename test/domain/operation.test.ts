import { describe, expect, it } from 'vitest';
import type { Job, JobStatus } from '../../src/domain/job.ts';
import {
  currentStep,
  decideNext,
  finishOperation,
  maxCalls,
  type NextDeed,
  type Step,
  unknownOutcomeMs,
  withStep,
} from '../../src/domain/operation.ts';
import { aJob, anOperation, aStep, at } from '../support/builders.ts';

const now = at(100);

function next(step: Partial<Step>, job: Partial<Job> | undefined): NextDeed {
  const jobs = job ? [aJob({ id: 106, name: 'deploy-prod', ...job })] : [];
  return decideNext(anOperation({ steps: [aStep(step)] }), jobs, now);
}

/** `running`, `failed job_failed`, `play`, `look_later 3000`, `finish failed` … */
function words(deed: NextDeed): string {
  switch (deed.kind) {
    case 'play':
    case 'retry':
    case 'cancel':
    case 'watch':
    case 'abort':
    case 'probe':
      return deed.kind;
    case 'update':
      return [deed.step.state, deed.step.reason].filter((word) => word !== undefined).join(' ');
    case 'look_later':
      return `look_later ${deed.afterMs}`;
    case 'finish':
      return `finish ${deed.state}`;
  }
}

describe('a step that runs a finished job again', () => {
  const retry = { kind: 'retry', jobId: undefined } as const;

  it('asks for it once the job has ended', () => {
    expect(words(next(retry, { status: 'success' }))).toBe('retry');
  });

  it('follows the newer job, whoever asked for it', () => {
    expect(words(next({ ...retry, state: 'calling', jobId: 105, calledAt: now }, { status: 'success' }))).toBe(
      'running',
    );
    expect(words(next(retry, { status: 'running' }))).toBe('running');
    expect(words(next({ ...retry, state: 'running', jobId: 106 }, { status: 'success' }))).toBe('succeeded');
  });

  it('does not take the old success for that of the new job', () => {
    expect(words(next({ ...retry, state: 'running', jobId: 107 }, { status: 'success' }))).toBe('look_later 2000');
  });

  it('is not asked for twice while its new job waits for something', () => {
    for (const status of ['created', 'manual', 'scheduled', 'unknown'] as const)
      expect(words(next({ ...retry, state: 'running', jobId: 106 }, { status }))).toBe('look_later 2000');
  });

  it('sees that somebody had it run again since it was planned', () => {
    expect(words(next({ ...retry, retriesJobId: 105 }, { status: 'success' }))).toBe('running');
    expect(words(next({ ...retry, retriesJobId: 106 }, { status: 'success' }))).toBe('retry');
  });

  it('looks for a minute after an unknown outcome, then asks again, and in the end for a person', () => {
    const calling = { ...retry, state: 'calling', jobId: 106, calledAt: at(50) } as const;
    const old = { ...calling, calledAt: at(100 - unknownOutcomeMs / 1_000) };

    expect(words(next(calling, { status: 'success' }))).toBe('look_later 3000');
    expect(words(next({ ...old, calls: 1 }, { status: 'success' }))).toBe('retry');
    expect(words(next({ ...old, calls: 3 }, { status: 'success' }))).toBe('finish stuck');
  });
});

describe('a step that cancels a job', () => {
  const cancel = { kind: 'cancel', cancelsJobId: 106, jobId: undefined } as const;

  it('asks for it, waits until the job has ended, and is through however it ended', () => {
    expect(words(next(cancel, { status: 'running' }))).toBe('cancel');
    expect(words(next({ ...cancel, state: 'running', calledAt: at(90) }, { status: 'canceling' }))).toBe(
      'look_later 5000',
    );
    for (const status of ['canceled', 'success', 'failed'] as const)
      expect(words(next({ ...cancel, state: 'running' }, { status }))).toBe('succeeded');
  });

  it('asks for a person when the job does not end, and is through when it is gone', () => {
    expect(words(next({ ...cancel, state: 'running', calledAt: at(-100) }, { status: 'canceling' }))).toBe(
      'finish stuck',
    );
    expect(words(next(cancel, undefined))).toBe('succeeded');
  });

  it('asks again soon after an unknown outcome, since that does no harm', () => {
    expect(words(next({ ...cancel, state: 'calling', calledAt: at(99) }, { status: 'running' }))).toBe(
      'look_later 3000',
    );
    expect(words(next({ ...cancel, state: 'calling', calledAt: at(90) }, { status: 'running' }))).toBe('cancel');
  });
});

/** job status; what becomes of a step that plays, waits for, or verifies by that job; and of a question about it */
const table: readonly (readonly [JobStatus, string, string, string])[] = [
  ['created', 'waiting', 'waiting', 'waiting'],
  ['scheduled', 'waiting', 'waiting', 'waiting'],
  ['unknown', 'waiting', 'waiting', 'waiting'],
  ['manual', 'play', 'waiting', 'waiting'],
  ['waiting_for_resource', 'running', 'running', 'succeeded'],
  ['preparing', 'running', 'running', 'succeeded'],
  ['pending', 'running', 'running', 'succeeded'],
  ['running', 'running', 'running', 'succeeded'],
  ['canceling', 'running', 'running', 'succeeded'],
  ['success', 'succeeded', 'succeeded', 'succeeded'],
  ['failed', 'failed job_failed', 'failed job_failed', 'succeeded'],
  ['canceled', 'failed job_canceled', 'failed job_canceled', 'succeeded'],
  ['skipped', 'failed job_skipped', 'failed job_skipped', 'waiting'],
];

describe('decideNext', () => {
  it.each(table)('for a job that is %s: play %s, wait and verify %s, ask %s', (status, play, wait, ask) => {
    expect(words(next({ kind: 'play' }, { status }))).toBe(play);
    expect(words(next({ kind: 'wait' }, { status }))).toBe(wait);
    expect(words(next({ kind: 'verify' }, { status }))).toBe(wait);
    expect(words(next({ kind: 'ask' }, { status }))).toBe(ask);
  });

  it.each([
    ['play', 'failed job_failed'],
    ['wait', 'succeeded'],
    ['verify', 'succeeded'],
  ] as const)('for a failed job that may fail: %s %s', (kind, expected) => {
    const step = { kind, environment: kind === 'play' ? 'production' : undefined };
    expect(words(next(step, { status: 'failed', allowFailure: true }))).toBe(expected);
  });

  it.each(['wait', 'retry'] as const)('a failed job that starts an environment has failed: %s', (kind) => {
    const step = { kind, state: 'running', environment: 'production' } as const;
    expect(words(next(step, { status: 'failed', allowFailure: true }))).toBe('failed job_failed');
  });

  it('a required job that failed has failed, whatever the pipeline makes of it', () => {
    const step = { kind: 'wait', environment: undefined, mustPass: true } as const;
    expect(words(next(step, { status: 'failed', allowFailure: true }))).toBe('failed job_failed');
  });

  it('plays the job that stands ready', () => {
    expect(next({ state: 'waiting' }, { status: 'manual' })).toMatchObject({
      kind: 'play',
      index: 0,
      job: { id: 106 },
    });
  });

  it.each([
    [0, 'look_later 3000'],
    [unknownOutcomeMs - 1, 'look_later 3000'],
    [unknownOutcomeMs, 'play'],
    [unknownOutcomeMs * 5, 'play'],
  ])('looks at a call of unknown outcome %i ms later: %s', (agoMs, expected) => {
    const calledAt = new Date(now.getTime() - agoMs);

    expect(words(next({ state: 'calling', calledAt }, { status: 'manual' }))).toBe(expected);
  });

  it('is stuck when the outcome of every call stays unknown: a person must look', () => {
    const calling = { state: 'calling', calledAt: at(0) } as const;

    expect(words(next({ ...calling, calls: maxCalls - 1 }, { status: 'manual' }))).toBe('play');
    expect(words(next({ ...calling, calls: maxCalls }, { status: 'manual' }))).toBe('finish stuck');
  });

  it('never calls again once the job moved, however long ago the call was', () => {
    const calling = { state: 'calling', calledAt: at(0) } as const;

    expect(words(next(calling, { status: 'pending' }))).toBe('running');
    expect(words(next(calling, { status: 'success' }))).toBe('succeeded');
    expect(words(next(calling, { status: 'created' }))).toBe('waiting');
  });

  it('looks later while nothing moved', () => {
    expect(words(next({ state: 'running', jobId: 106 }, { status: 'running' }))).toBe('look_later 5000');
    expect(words(next({ kind: 'ask', state: 'waiting' }, { status: 'manual' }))).toBe('look_later 60000');
  });

  it('follows the newest instance after a retry', () => {
    expect(next({ state: 'running', jobId: 106 }, { id: 140, status: 'running' })).toMatchObject({
      kind: 'update',
      step: { state: 'running', jobId: 140 },
    });
  });

  it('fails a step whose job is gone, and keeps asking', () => {
    expect(words(next({ kind: 'play' }, undefined))).toBe('failed job_missing');
    expect(words(next({ kind: 'wait' }, undefined))).toBe('failed job_missing');
    expect(words(next({ kind: 'ask' }, undefined))).toBe('waiting');
  });

  it('ends a step when its job ended, else now', () => {
    expect(next({}, { status: 'success', finishedAt: at(60) })).toMatchObject({ step: { endedAt: at(60) } });
    expect(next({}, { status: 'success' })).toMatchObject({ step: { endedAt: now } });
  });

  it('moves one step at a time, the first that has not succeeded', () => {
    const steps = [aStep({ state: 'succeeded', job: 'deploy-canary' }), aStep({ kind: 'ask' }), aStep()];

    const deed = decideNext(anOperation({ steps }), [aJob({ name: 'deploy-prod', status: 'manual' })], now);

    expect(deed).toEqual({ kind: 'update', index: 1, step: { state: 'waiting', startedAt: now } });
  });

  it.each([
    [['succeeded', 'succeeded'], 'finish succeeded'],
    [['succeeded', 'failed'], 'finish failed'],
    [['succeeded', 'canceled'], 'finish canceled'],
  ] as const)('ends when its steps are %s', (states, expected) => {
    const steps = states.map((state) => aStep({ state }));

    expect(words(decideNext(anOperation({ steps }), [], now))).toBe(expected);
  });
});

describe('currentStep', () => {
  it('is none when all succeeded', () => {
    expect(currentStep(anOperation({ steps: [aStep({ state: 'succeeded' })] }))).toBeUndefined();
  });
});

describe('withStep', () => {
  it('changes one step and no other', () => {
    const operation = anOperation({ steps: [aStep({ job: 'a' }), aStep({ job: 'b' })] });

    expect(withStep(operation, 1, { state: 'running' }).steps).toEqual([
      aStep({ job: 'a' }),
      aStep({ job: 'b', state: 'running' }),
    ]);
  });
});

describe('finishOperation', () => {
  const steps = [
    aStep({ state: 'succeeded' }),
    aStep({ state: 'failed', reason: 'job_failed' }),
    aStep({ state: 'pending' }),
    aStep({ state: 'waiting', reason: 'canceled_by_person' }),
  ];

  it('cancels the steps that were not reached, and keeps a reason that is known', () => {
    const ended = finishOperation(anOperation({ steps }), 'failed', now);

    expect(ended).toMatchObject({ state: 'failed', endedAt: now });
    expect(ended.steps.map((step) => [step.state, step.reason])).toEqual([
      ['succeeded', undefined],
      ['failed', 'job_failed'],
      ['canceled', 'earlier_step_failed'],
      ['canceled', 'canceled_by_person'],
    ]);
  });

  it.each(['succeeded', 'stuck'] as const)('leaves the steps as they are when it is %s', (state) => {
    expect(finishOperation(anOperation({ steps }), state, now).steps).toEqual(steps);
  });
});
