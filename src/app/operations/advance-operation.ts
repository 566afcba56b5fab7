import { decideApproval } from '../../domain/approval-step.ts';
import { GitLabError, isOfGitLab, LinkError, NotFoundError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import {
  currentStep,
  decideNext,
  finishOperation,
  type NextDeed,
  type Operation,
  type StepCall,
  type StepReason,
  withStep,
} from '../../domain/operation.ts';
import { askApprovals } from '../approvals/ask-approvals.ts';
import { followGitLab, holdForGitLab } from '../approvals/follow-gitlab-approvals.ts';
import { type VerifyReleaseDeps, verifyRelease } from '../checks/verify-release.ts';
import { type WatchCanaryDeps, watchCanary } from '../checks/watch-canary.ts';
import { holdStep } from '../deploy/hold-step.ts';
import type { GitLabAs, GitLabReads, GitLabWrites } from '../gitlab-ports.ts';
import { gitlabFor } from '../links/own-token.ts';
import type { Checkpoint, Counters, Lease, Log } from '../ports.ts';
import { holdAfterCanary } from '../rollback/hold-after-canary.ts';
import { type RollBackByItselfDeps, rollBackByItself } from '../rollback/roll-back-by-itself.ts';
import { type AbortCanaryDeps, abortCanary } from './abort-canary.ts';
import { type ChangeOperationDeps, changeOperation, lookAgain } from './change-operation.ts';
import { noteOperationEnd } from './note-operation-end.ts';

/** GitLab with the token of whoever the deed is done for. */
type Writer = Pick<GitLabWrites, 'playJob' | 'retryJob' | 'cancelJob'>;

export interface AdvanceOperationDeps
  extends ChangeOperationDeps,
    WatchCanaryDeps,
    AbortCanaryDeps,
    VerifyReleaseDeps,
    RollBackByItselfDeps {
  readonly gitlab: GitLabReads & GitLabWrites;
  readonly gitlabAs: GitLabAs;
  readonly lease: Lease;
  readonly checkpoint: Checkpoint;
  readonly counters: Pick<Counters, 'operation'>;
  readonly log: Log;
}

/** No write to GitLab may take longer; the lease must hold for as long. */
const writeLimitMs = 8_000;

/** After a failed read: soon again, since people wait. */
const readAgainMs = 5_000;

/** After a read that will hardly go better by itself: the pipeline is gone, or hidden from us. */
const readMuchLaterMs = 60_000;

/** More moves in one go mean that a rule of ours goes round in circles. */
const maxMoves = 50;

/**
 * Takes an operation as far as it can go now, reading GitLab before each deed. Safe to repeat at any moment: what was
 * done is read from GitLab, never assumed. Called for events, for timers and after a restart alike.
 */
export async function advanceOperation(id: string, deps: AdvanceOperationDeps): Promise<void> {
  for (let move = 0; move < maxMoves; move += 1) {
    const operation = await deps.store.tables.operations.find(id);
    if (operation?.state !== 'active') return;
    let deed: NextDeed | 'read_again';
    try {
      deed = await decideDeed(operation, deps);
    } catch (error) {
      if (!isOfGitLab(error)) throw error;
      deps.log.warn({ operation_id: id, err: error }, 'operation cannot be followed, will look again');
      return lookAgain(operation, error.retryable ? readAgainMs : readMuchLaterMs, deps);
    }
    if (deed === 'read_again') continue;
    if (deed.kind === 'look_later') return lookAgain(operation, deed.afterMs, deps);
    const goOn = await carryOut(operation, deed, deps);
    if (!goOn) return;
  }
  deps.log.error({ operation_id: id }, 'operation moved too often in one go');
}

/** What to do next, after people were asked who have to agree to it. */
async function decideDeed(operation: Operation, deps: AdvanceOperationDeps): Promise<NextDeed | 'read_again'> {
  const jobs = await readJobs(operation, deps);
  if (await askApprovals(operation, jobs, deps)) return 'read_again';
  await followGitLab(operation, deps);
  const now = deps.clock.now();
  const needsApproval = operation.steps.some(({ kind }) => kind === 'approve');
  const requests = needsApproval ? await deps.store.tables.approvals.ofOperation(operation.id) : [];
  const held = decideApproval(operation, requests, { jobs, now });
  if (held) return held;
  const deed = decideNext(operation, jobs, now);
  return (await holdForGitLab(operation, { deed, jobs }, deps)) ? 'read_again' : deed;
}

/** The newest instances of the pipeline's jobs; where a job of another pipeline is being canceled, that one. */
async function readJobs(operation: Operation, { gitlab }: AdvanceOperationDeps): Promise<readonly Job[]> {
  const canceled = currentStep(operation)?.step.cancelsJobId;
  if (canceled !== undefined) return gitlab.job(operation.project.id, canceled).then((job) => [job], noJob);
  return gitlab.jobs(operation.project.id, operation.pipelineId);
}

/** A job that was deleted is none. */
function noJob(error: unknown): readonly Job[] {
  if (error instanceof NotFoundError) return [];
  throw error;
}

async function carryOut(
  operation: Operation,
  deed: Exclude<NextDeed, { kind: 'look_later' }>,
  deps: AdvanceOperationDeps,
): Promise<boolean> {
  switch (deed.kind) {
    case 'update':
      await changeOperation(operation, withStep(operation, deed.index, deed.step), deps);
      return true;
    case 'play':
    case 'retry':
    case 'cancel':
      return call(operation, deed, deps);
    case 'watch':
      return watchCanary({ operation, index: deed.index }, deps);
    case 'abort':
      return abortCanary({ operation, index: deed.index }, deps);
    case 'probe':
      return verifyRelease({ operation, index: deed.index }, deps);
    case 'finish': {
      if (deed.state === 'failed' && (await rollBackByItself(operation, deps))) return false;
      if (deed.state === 'failed' && (await holdAfterCanary(operation, deps))) return false;
      const ended = finishOperation(operation, deed.state, deps.clock.now());
      const stored = await changeOperation(operation, ended, deps);
      if (stored) noteOperationEnd(ended, deps);
      return false;
    }
  }
}

/** The deed itself: intended is on disk before the request leaves, so that a crash in between is noticed and looked at. */
async function call(
  operation: Operation,
  deed: { readonly kind: StepCall; readonly index: number; readonly job: Job },
  deps: AdvanceOperationDeps,
): Promise<boolean> {
  const { kind, index, job } = deed;
  const writer = await findWriter(operation, deps);
  if (writer === 'later') return false;
  if (writer === 'link_broken') return refused({ ...deed, calling: operation, reason: writer }, deps);
  await deps.lease.ensure(writeLimitMs);
  if (kind !== 'cancel' && (await holdStep({ operation, index }, deps))) return false;
  const calling = withStep(operation, index, {
    state: 'calling',
    calledAt: deps.clock.now(),
    calls: (operation.steps[index]?.calls ?? 0) + 1,
    jobId: job.id,
    jobUrl: job.url,
  });
  const record = { action: `job.${kind}`, jobId: job.id };
  if (!(await changeOperation(operation, calling, deps, { ...record, outcome: 'intended' }))) return true;
  await deps.checkpoint('play_intended');
  try {
    const played = await write(operation, deed, writer);
    await deps.checkpoint('play_done');
    const running = withStep(calling, index, { state: 'running', jobId: played.id, jobUrl: played.url ?? job.url });
    await changeOperation(calling, running, deps, { ...record, jobId: played.id, outcome: 'succeeded' });
    await deps.checkpoint('play_recorded');
    return true;
  } catch (error) {
    // The bot has just seen the job: it is the person who may not.
    const missing = writer === deps.gitlab ? 'job_missing' : 'refused_forbidden';
    if (error instanceof NotFoundError) return refused({ ...deed, calling, reason: missing }, deps);
    if (error instanceof LinkError && !error.retryable)
      return refused({ ...deed, calling, reason: 'link_broken' }, deps);
    if (error instanceof LinkError) return callAgain({ ...deed, calling, reason: 'link_renewing' }, readAgainMs, deps);
    if (!(error instanceof GitLabError)) throw error;
    return callFailed({ ...deed, calling, error }, deps);
  }
}

/** The token is found, and renewed if it is due, before anything is begun. `later`: that is not possible now. */
async function findWriter(operation: Operation, deps: AdvanceOperationDeps): Promise<Writer | 'later' | 'link_broken'> {
  // Nobody asked for it, so it is done in nobody's name.
  if (operation.byItself) return deps.gitlab;
  try {
    return await gitlabFor(operation.requester.slackUserId, deps);
  } catch (error) {
    if (!(error instanceof LinkError || error instanceof GitLabError)) throw error;
    if (error instanceof LinkError && !error.retryable) return 'link_broken';
    deps.log.warn({ operation_id: operation.id, err: error }, 'no token for the next step now, will try again');
    await lookAgain(operation, readAgainMs, deps);
    return 'later';
  }
}

function write(
  operation: Operation,
  { kind, index, job }: { readonly kind: StepCall; readonly index: number; readonly job: Job },
  gitlab: Writer,
): Promise<Job> {
  const projectId = operation.project.id;
  switch (kind) {
    case 'retry':
      return gitlab.retryJob(projectId, job.id);
    case 'cancel':
      return gitlab.cancelJob(projectId, job.id);
    case 'play': {
      const isTarget = operation.steps[index]?.environment === operation.environment;
      return gitlab.playJob(projectId, job.id, isTarget ? operation.variables : undefined);
    }
  }
}

/** A call to GitLab about a step's job. `calling`: the operation as it was stored before the request left. */
interface StepAttempt {
  readonly kind: StepCall;
  readonly calling: Operation;
  readonly index: number;
  readonly job: Job;
}

async function callFailed(
  about: StepAttempt & { readonly error: GitLabError },
  deps: AdvanceOperationDeps,
): Promise<boolean> {
  const { kind, calling, index, job, error } = about;
  const record = { action: `job.${kind}`, jobId: job.id };
  deps.log.warn({ operation_id: calling.id, job_id: job.id, call: kind, err: error }, 'gitlab refused a call');
  if (error.outcome === 'unknown') {
    // Stays `calling`: decideNext looks at the job before the write may be repeated.
    await changeOperation(calling, { ...calling, nextCheckAt: later(deps, 2_000) }, deps, {
      ...record,
      outcome: 'unknown',
      reason: `http_${error.status}`,
    });
    return false;
  }
  if (error.retryable)
    return callAgain({ ...about, reason: `http_${error.status}` }, error.retryAfterMs ?? readAgainMs, deps);
  // Somebody may have pressed it in GitLab in the same second: then it is on its way, and that is all we wanted.
  if (kind !== 'retry' && (await deps.gitlab.job(calling.project.id, job.id)).status !== job.status) {
    await changeOperation(calling, withStep(calling, index, { state: 'waiting' }), deps, {
      ...record,
      outcome: 'failed',
      reason: 'moved_meanwhile',
    });
    return true;
  }
  return refused({ ...about, reason: await whyRefused(about, deps) }, deps);
}

/** Certainly not done, and worth another try. */
async function callAgain(
  { kind, calling, index, job, reason }: StepAttempt & { readonly reason: string },
  afterMs: number,
  deps: AdvanceOperationDeps,
): Promise<boolean> {
  const waiting = withStep(calling, index, { state: 'waiting', calledAt: undefined });
  const record = { action: `job.${kind}`, jobId: job.id, outcome: 'failed', reason } as const;
  await changeOperation(calling, { ...waiting, nextCheckAt: later(deps, afterMs) }, deps, record);
  return false;
}

async function refused(
  about: StepAttempt & { readonly reason: StepReason },
  deps: AdvanceOperationDeps,
): Promise<boolean> {
  const { kind, calling, index, job, reason } = about;
  const failed = withStep(calling, index, { state: 'failed', reason, endedAt: deps.clock.now() });
  await changeOperation(calling, failed, deps, { action: `job.${kind}`, jobId: job.id, outcome: 'failed', reason });
  return true;
}

/** GitLab's 403 says only "Forbidden": a newer successful deployment of another commit means that ours is outdated. */
async function whyRefused(
  { kind, calling: operation, error }: StepAttempt & { readonly error: GitLabError },
  deps: AdvanceOperationDeps,
): Promise<StepReason> {
  if (kind === 'cancel') return 'refused_cancel';
  if (kind === 'retry') return 'refused_retry';
  if (error.status !== 403) return 'refused_unplayable';
  const step = currentStep(operation)?.step;
  const [live] = await deps.gitlab.successfulDeployments(
    operation.project.id,
    step?.environment ?? operation.environment,
    1,
  );
  const outdated =
    live?.pipelineId !== undefined && live.pipelineId > operation.pipelineId && live.sha !== operation.release.sha;
  if (outdated) return 'refused_outdated';
  // GitLab says the same for variables that nobody may set as for a job that this person may not start.
  const withVariables = operation.variables !== undefined && step?.environment === operation.environment;
  return withVariables ? 'refused_variables' : 'refused_forbidden';
}

function later(deps: AdvanceOperationDeps, ms: number): Date {
  return new Date(deps.clock.now().getTime() + ms);
}
