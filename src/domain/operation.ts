import type { Actor } from './actor.ts';
import { isActive, isFinished, type Job } from './job.ts';
import type { ProjectRef } from './project.ts';
import type { Release, RouteStep } from './release.ts';

/** How long an unknown outcome is looked at before the write may be repeated. */
export const unknownOutcomeMs = 60_000;

/**
 * A confirmed press counts for this long after the step before it ended. While the bot or GitLab was away people went
 * on, and nobody expects production to move by itself hours later.
 */
export const playWithinMs = 30 * 60_000;

/** A write whose outcome stays unknown this often needs a person's eyes, not another try. */
export const maxCalls = 3;

/** How far a step has come. `waiting`: for its job, or for an answer. */
export type StepState = 'pending' | 'waiting' | 'calling' | 'running' | 'succeeded' | 'failed' | 'canceled';

/** One step being carried out. `calling` is stored before the request leaves, so that a crash is noticed. */
export interface Step extends RouteStep {
  readonly state: StepState;
  readonly jobId?: number | undefined;
  readonly jobUrl?: string | undefined;
  readonly startedAt?: Date | undefined;
  readonly calledAt?: Date | undefined;
  /** How often the request left. */
  readonly calls?: number | undefined;
  readonly endedAt?: Date | undefined;
  readonly reason?: StepReason | undefined;
}

/** Why a step failed or was left out. */
export type StepReason =
  | 'job_failed'
  | 'job_canceled'
  | 'job_skipped'
  | 'job_missing'
  | 'refused_outdated'
  | 'refused_forbidden'
  | 'refused_unplayable'
  | 'too_late'
  | 'canceled_by_person'
  | 'earlier_step_failed';

/** `stuck`: a person must look, because we cannot know what happened. */
export type OperationState = 'active' | 'succeeded' | 'failed' | 'canceled' | 'stuck';

/** A confirmed plan being carried out. At most one is active per project and environment: it is the automatic lock. */
export interface Operation {
  readonly id: string;
  readonly planId: string;
  readonly project: ProjectRef;
  readonly environment: string;
  readonly release: Release;
  readonly pipelineId: number;
  readonly pipelineUrl: string;
  readonly fromVersion?: string | undefined;
  readonly state: OperationState;
  readonly steps: readonly Step[];
  readonly requester: Actor;
  readonly channel: string;
  /** Outbox key of the thread's root message; its card is the reply `<rootKey>/operation:<id>`, or the root itself. */
  readonly rootKey: string;
  readonly createdAt: Date;
  readonly endedAt?: Date | undefined;
  /** When to look again even if no event comes. */
  readonly nextCheckAt: Date;
}

/** What to do next for an operation, given what GitLab says of its jobs now. */
export type NextDeed =
  | { readonly kind: 'play'; readonly index: number; readonly job: Job }
  | { readonly kind: 'update'; readonly index: number; readonly step: Partial<Step> & { readonly state: StepState } }
  | { readonly kind: 'look_later'; readonly afterMs: number }
  | { readonly kind: 'finish'; readonly state: Exclude<OperationState, 'active'> };

/** The step at which the operation stands: the first that has not succeeded. */
export function currentStep(operation: Operation): { readonly index: number; readonly step: Step } | undefined {
  const index = operation.steps.findIndex((step) => step.state !== 'succeeded');
  const step = operation.steps[index];
  return step ? { index, step } : undefined;
}

/**
 * Decides the next deed. Called again after each deed until it says `look_later` or `finish`, so each answer moves
 * one step by one state. `jobs` are the pipeline's newest instances, read from GitLab just now.
 */
export function decideNext(operation: Operation, jobs: readonly Job[], now: Date): NextDeed {
  const current = currentStep(operation);
  if (!current) return { kind: 'finish', state: 'succeeded' };
  const { index, step } = current;
  if (step.state === 'failed') return { kind: 'finish', state: 'failed' };
  if (step.state === 'canceled') return { kind: 'finish', state: 'canceled' };
  const job = jobs.find((candidate) => candidate.name === step.job);
  if (step.kind === 'ask') {
    // Somebody pressed the job in GitLab instead of answering here: that is the answer, however it ended.
    const pressed = job !== undefined && (isActive(job.status) || isFinished(job.status));
    if (pressed) return { kind: 'update', index, step: { state: 'succeeded', endedAt: now } };
    return step.state === 'waiting'
      ? { kind: 'look_later', afterMs: 60_000 }
      : { kind: 'update', index, step: { state: 'waiting', startedAt: now } };
  }
  if (!job) return { kind: 'update', index, step: { state: 'failed', reason: 'job_missing', endedAt: now } };
  return decideByJob({ step, index, job, now, since: lastProgress(operation) });
}

function lastProgress({ createdAt, steps }: Operation): Date {
  return new Date(Math.max(createdAt.getTime(), ...steps.map((step) => step.endedAt?.getTime() ?? 0)));
}

interface At {
  readonly step: Step;
  readonly index: number;
  readonly job: Job;
  readonly now: Date;
  /** When the operation last came a step further. */
  readonly since: Date;
}

function decideByJob(at: At): NextDeed {
  const { step, index, job, now } = at;
  const seen = { jobId: job.id, jobUrl: job.url ?? step.jobUrl, startedAt: job.startedAt ?? step.startedAt };
  const become = (state: StepState, reason?: Step['reason']): NextDeed =>
    step.state === state && step.jobId === job.id
      ? { kind: 'look_later', afterMs: 5_000 }
      : {
          kind: 'update',
          index,
          step: { ...seen, state, reason, ...(isEnd(state) ? { endedAt: job.finishedAt ?? now } : {}) },
        };

  if (job.status === 'success') return become('succeeded');
  // A job that may fail does not stop the pipeline, so it does not stop us.
  if (job.status === 'failed')
    return job.allowFailure && step.kind !== 'play' ? become('succeeded') : become('failed', 'job_failed');
  if (job.status === 'canceled') return become('failed', 'job_canceled');
  if (isActive(job.status)) return become('running');
  if (job.status === 'skipped') return become('failed', 'job_skipped');
  if (job.status === 'manual' && step.kind === 'play') return decidePlay(at);
  return become('waiting');
}

/** The job stands ready. A call whose outcome we do not know is looked at for a minute before it may be made again. */
function decidePlay({ step, index, job, now, since }: At): NextDeed {
  if (step.state !== 'calling') {
    if (now.getTime() - since.getTime() <= playWithinMs) return { kind: 'play', index, job };
    return { kind: 'update', index, step: { state: 'failed', reason: 'too_late', endedAt: now } };
  }
  const waitedMs = now.getTime() - (step.calledAt ?? now).getTime();
  if (waitedMs < unknownOutcomeMs) return { kind: 'look_later', afterMs: 3_000 };
  return (step.calls ?? 1) < maxCalls ? { kind: 'play', index, job } : { kind: 'finish', state: 'stuck' };
}

function isEnd(state: StepState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}

/** The operation with one step changed. */
export function withStep(operation: Operation, index: number, change: Partial<Step>): Operation {
  return { ...operation, steps: operation.steps.map((step, i) => (i === index ? { ...step, ...change } : step)) };
}

/** The operation ended: steps not reached are canceled, so that no card shows them as still to come. */
export function finishOperation(operation: Operation, state: Exclude<OperationState, 'active'>, now: Date): Operation {
  return {
    ...operation,
    state,
    endedAt: now,
    // Of a stuck one a person has to see where it stands.
    steps: operation.steps.map((step) =>
      isEnd(step.state) || state === 'succeeded' || state === 'stuck'
        ? step
        : { ...step, state: 'canceled', reason: step.reason ?? 'earlier_step_failed' },
    ),
  };
}
