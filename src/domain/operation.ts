import type { Actor } from './actor.ts';
import type { Watched } from './canary.ts';
import { isActive, isFinished, type Job } from './job.ts';
import { decideCheck } from './operation-check.ts';
import type { OperationPlan, Override } from './plan.ts';
import type { ProjectRef } from './project.ts';
import type { Release, RouteStep } from './release.ts';
import type { Probed } from './verification.ts';

/** How long an unknown outcome is looked at before the write may be repeated. */
export const unknownOutcomeMs = 60_000;

/**
 * A confirmed press counts for this long after the step before it ended. While the bot or GitLab was away people went
 * on, and nobody expects production to move by itself hours later.
 */
export const playWithinMs = 30 * 60_000;

/** A job that was canceled and has not ended by then has a runner that does not answer. */
export const cancelWithinMs = 2 * 60_000;

/** A write whose outcome stays unknown this often needs a person's eyes, not another try. */
export const maxCalls = 3;

/** How far a step has come. `waiting`: for its job, or for an answer; `awaiting_approval`: for people to agree. */
export type StepState =
  | 'pending'
  | 'waiting'
  | 'awaiting_approval'
  | 'calling'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'canceled';

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
  /** Of `approve`: the request that was made for it. */
  readonly requestId?: string | undefined;
  /** Of `approve`: who decided, and what they said. */
  readonly decided?: { readonly by: readonly string[]; readonly words?: string | undefined } | undefined;
  /** Of `watch`: what was read so far. */
  readonly watched?: Watched | undefined;
  /** Of `probe`: what was heard so far. */
  readonly probed?: Probed | undefined;
}

/** Why a step failed or was left out. */
export type StepReason =
  | 'job_failed'
  | 'job_canceled'
  | 'job_skipped'
  | 'job_missing'
  | 'refused_outdated'
  | 'refused_forbidden'
  | 'refused_variables'
  | 'refused_unplayable'
  | 'refused_retry'
  | 'refused_cancel'
  | 'link_broken'
  | 'too_late'
  | 'approval_rejected'
  | 'approval_expired'
  | 'approval_void'
  | 'started_in_gitlab'
  | 'canary_bad'
  | 'canary_silent'
  | 'canary_unreadable'
  | 'wrong_version'
  | 'version_unreadable'
  | 'canceled_by_person'
  | 'earlier_step_failed';

/** `stuck`: a person must look, because we cannot know what happened. */
export type OperationState = 'active' | 'succeeded' | 'failed' | 'canceled' | 'stuck';

/** Who took a bad version back without being asked, and by what: an operation of its own, or a job. */
export type TakenBack =
  | { readonly by: 'chatops'; readonly to: string }
  | { readonly by: 'pipeline'; readonly job: string };

/** A wait before a step for a lock or a freeze that began after the press. */
export interface Pause {
  /** Of the message that tells it. */
  readonly key: string;
  /** The step that waited. */
  readonly index: number;
  readonly reason: 'locked' | 'frozen';
}

/** A confirmed plan being carried out. At most one is active per project and environment: it is the automatic lock. */
export interface Operation {
  readonly id: string;
  /** `rollback`: `release` is an earlier version, `fromVersion` the one that is left. */
  readonly kind: OperationPlan['kind'];
  readonly planId: string;
  readonly project: ProjectRef;
  readonly environment: string;
  readonly release: Release;
  readonly pipelineId: number;
  readonly pipelineUrl: string;
  readonly fromVersion?: string | undefined;
  /** Variables that the job which starts `environment` is played with. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Gates of ours that it goes past. */
  readonly override?: Override | undefined;
  /** Of a deploy that failed: the bot, or the pipeline's own job, took it back. */
  readonly takenBack?: TakenBack | undefined;
  /** Of a rollback that nobody asked for: which deploy made it necessary, and who is called. */
  readonly byItself?: { readonly because: string; readonly oncall?: string | undefined } | undefined;
  /** The environment is locked once it has succeeded. */
  readonly lockAfter?: boolean | undefined;
  readonly state: OperationState;
  /** What it had to wait for since it was confirmed, each told in a message of its own. */
  readonly paused?: readonly Pause[] | undefined;
  readonly steps: readonly Step[];
  readonly requester: Actor;
  readonly channel: string;
  /**
   * Another place than `channel`, where it was asked for and one line tells how it stands: a message, or the answer
   * that only the asker sees, which can be changed for half an hour.
   */
  readonly asked?:
    | { readonly channel: string; readonly answer?: { readonly url: string; readonly until: Date } | undefined }
    | undefined;
  /** Outbox key of the thread's root message; its card is the reply `<rootKey>/operation:<id>`, or the root itself. */
  readonly rootKey: string;
  readonly createdAt: Date;
  readonly endedAt?: Date | undefined;
  /** When to look again even if no event comes. */
  readonly nextCheckAt: Date;
}

/** What a step may ask GitLab to do with its job. */
export type StepCall = 'play' | 'retry' | 'cancel';

/** What a step without a job of its own needs: a reading, a look, or the canary taken away. */
export type StepCheck = 'watch' | 'abort' | 'probe';

/** What to do next for an operation, given what GitLab says of its jobs now. */
export type NextDeed =
  | { readonly kind: StepCall; readonly index: number; readonly job: Job }
  | { readonly kind: 'update'; readonly index: number; readonly step: Partial<Step> & { readonly state: StepState } }
  | { readonly kind: StepCheck; readonly index: number }
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
 * one step by one state. `jobs` are the pipeline's newest instances, read from GitLab just now, and for a step that
 * cancels a job that very one.
 */
export function decideNext(operation: Operation, jobs: readonly Job[], now: Date): NextDeed {
  const current = currentStep(operation);
  if (!current) return { kind: 'finish', state: 'succeeded' };
  const { index, step } = current;
  if (step.state === 'failed') return { kind: 'finish', state: 'failed' };
  if (step.state === 'canceled') return { kind: 'finish', state: 'canceled' };
  // Its request decides: `decideApproval` is asked before.
  if (step.kind === 'approve') return { kind: 'look_later', afterMs: 30_000 };
  const check = decideCheck({ step, index, jobs, now });
  if (check) return check;
  const job = jobs.find((candidate) =>
    step.cancelsJobId === undefined ? candidate.name === step.job : candidate.id === step.cancelsJobId,
  );
  if (step.kind === 'ask') {
    // Somebody pressed the job in GitLab instead of answering here: that is the answer, however it ended.
    const pressed = job !== undefined && (isActive(job.status) || isFinished(job.status));
    if (pressed) return { kind: 'update', index, step: { state: 'succeeded', endedAt: now } };
    return step.state === 'waiting'
      ? { kind: 'look_later', afterMs: 60_000 }
      : { kind: 'update', index, step: { state: 'waiting', startedAt: now } };
  }
  if (!job) {
    // What is gone runs no more.
    if (step.kind === 'cancel') return { kind: 'update', index, step: { state: 'succeeded', endedAt: now } };
    return { kind: 'update', index, step: { state: 'failed', reason: 'job_missing', endedAt: now } };
  }
  const at: At = { step, index, job, now, since: lastProgress(operation) };
  if (step.kind === 'cancel') return decideCancel(at);
  return step.kind === 'retry' ? decideRetry(at) : decideByJob(at);
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
  if (job.status === 'failed' && job.failureReason === 'deployment_rejected')
    return become('failed', 'approval_rejected');
  if (job.status === 'failed')
    return job.allowFailure && mayEndBadly(step) ? become('succeeded') : become('failed', 'job_failed');
  if (job.status === 'canceled') return become('failed', 'job_canceled');
  if (isActive(job.status)) return become('running');
  if (job.status === 'skipped') return become('failed', 'job_skipped');
  if (job.status === 'manual' && step.kind === 'play') return decidePlay(at);
  return become('waiting');
}

/** A job that starts an environment has to succeed, whatever the pipeline makes of its failure. */
function mayEndBadly({ kind, environment, mustPass }: Step): boolean {
  return kind === 'verify' || (kind === 'wait' && environment === undefined && !mustPass);
}

/** A job that has to end, in whatever way, before the next step may begin. */
function decideCancel({ step, index, job, now }: At): NextDeed {
  const seen = { jobId: job.id, jobUrl: job.url ?? step.jobUrl };
  if (isFinished(job.status))
    return { kind: 'update', index, step: { ...seen, state: 'succeeded', endedAt: job.finishedAt ?? now } };
  if (step.state === 'pending' || step.state === 'waiting') return { kind: 'cancel', index, job };
  const waitedMs = now.getTime() - (step.calledAt ?? now).getTime();
  if (step.state === 'running')
    return waitedMs < cancelWithinMs ? { kind: 'look_later', afterMs: 5_000 } : { kind: 'finish', state: 'stuck' };
  // To cancel twice does no harm, so an unknown outcome is not looked at for long.
  if (waitedMs < 3_000) return { kind: 'look_later', afterMs: 3_000 };
  return (step.calls ?? 1) < maxCalls ? { kind: 'cancel', index, job } : { kind: 'finish', state: 'stuck' };
}

/**
 * A retry makes a newer job of the same name: until there is one it has not happened, and after an unknown outcome it
 * is asked for again only when none has come.
 */
function decideRetry(at: At): NextDeed {
  const { step, index, job, now, since } = at;
  if (step.state === 'running') {
    const isStale = step.jobId !== undefined && job.id < step.jobId;
    const deed = isStale ? undefined : decideByJob(at);
    // It was asked for once: whatever it waits for now, asking again would run it twice.
    const isWaiting = deed?.kind === 'update' && deed.step.state === 'waiting';
    return !deed || isWaiting ? { kind: 'look_later', afterMs: 2_000 } : deed;
  }
  const known = step.jobId ?? step.retriesJobId;
  const isNewer = known !== undefined && job.id > known;
  if (isActive(job.status) || isNewer) {
    const seen = { jobId: job.id, jobUrl: job.url ?? step.jobUrl, startedAt: job.startedAt };
    return { kind: 'update', index, step: { ...seen, state: 'running' } };
  }
  if (step.state !== 'calling') {
    if (now.getTime() - since.getTime() <= playWithinMs) return { kind: 'retry', index, job };
    return { kind: 'update', index, step: { state: 'failed', reason: 'too_late', endedAt: now } };
  }
  const waitedMs = now.getTime() - (step.calledAt ?? now).getTime();
  if (waitedMs < unknownOutcomeMs) return { kind: 'look_later', afterMs: 3_000 };
  return (step.calls ?? 1) < maxCalls ? { kind: 'retry', index, job } : { kind: 'finish', state: 'stuck' };
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

/** Whether a step starts a job, so that it may change an environment. */
export function isRun({ kind }: RouteStep): boolean {
  return kind === 'play' || kind === 'retry';
}

/** Whether the version is there, and it is being found out whether it is good. */
export function isVerifying(operation: Operation): boolean {
  const kind = operation.state === 'active' ? currentStep(operation)?.step.kind : undefined;
  return kind === 'verify' || kind === 'probe';
}

/** The operation with one step changed. */
export function withStep(operation: Operation, index: number, change: Partial<Step>): Operation {
  return { ...operation, steps: operation.steps.map((step, i) => (i === index ? { ...step, ...change } : step)) };
}

/** The operation as somebody canceled it; undefined: it has ended, or a request is on its way to GitLab. */
export function cancelOperation(operation: Operation, now: Date): Operation | undefined {
  const current = currentStep(operation);
  if (operation.state !== 'active' || current?.step.state === 'calling') return undefined;
  const marked = current ? withStep(operation, current.index, { reason: 'canceled_by_person' }) : operation;
  return finishOperation(marked, 'canceled', now);
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
