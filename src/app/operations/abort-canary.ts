import type { CanaryAbort } from '../../domain/canary.ts';
import { GitLabError, isOfGitLab, NotFoundError, PayloadError } from '../../domain/errors.ts';
import { isActive } from '../../domain/job.ts';
import { type Operation, type Step, withStep } from '../../domain/operation.ts';
import type { GitLabReads, GitLabWrites } from '../gitlab-ports.ts';
import type { Lease, Log } from '../ports.ts';
import { type ChangeOperationDeps, type ChangeRecord, changeOperation, lookAgain } from './change-operation.ts';

export interface AbortCanaryDeps extends ChangeOperationDeps {
  readonly gitlab: Pick<GitLabReads, 'environmentsNow' | 'ciGraph' | 'jobs'> & Pick<GitLabWrites, 'stopEnvironment'>;
  readonly lease: Lease;
  readonly log: Log;
}

/** No write to GitLab may take longer; the lease must hold for as long. */
const writeLimitMs = 8_000;
const readAgainMs = 5_000;

/** A step whose watch went badly. */
interface Failed {
  readonly operation: Operation;
  readonly index: number;
}

/**
 * Takes a canary away after a bad watch: its environment is stopped, which runs its stop job, unless that has happened
 * or a job of the pipeline does it. With the bot's own token, since nobody asked. True: look at the operation again.
 */
export async function abortCanary(at: Failed, deps: AbortCanaryDeps): Promise<boolean> {
  const { operation, index } = at;
  const step = operation.steps[index];
  if (step?.environment === undefined) return end(at, 'unknown', deps);
  let environment: { readonly id: number } | undefined;
  try {
    const isDone = await isStoppedByPipeline(operation, step, deps);
    environment = isDone ? undefined : await findAvailable(operation, step, deps);
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    deps.log.warn({ operation_id: operation.id, err: error }, 'canary cannot be looked at, will look again');
    await lookAgain(operation, readAgainMs, deps);
    return false;
  }
  // Also when it was we who stopped it and never heard the answer.
  if (!environment) return end(at, step.watched?.abort ? 'done' : 'not_needed', deps);
  return stop(at, environment.id, deps);
}

async function stop(at: Failed, environmentId: number, deps: AbortCanaryDeps): Promise<boolean> {
  const { operation, index } = at;
  const step = operation.steps[index];
  await deps.lease.ensure(writeLimitMs);
  const abort: CanaryAbort = {
    state: 'calling',
    calledAt: deps.clock.now(),
    calls: (step?.watched?.abort?.calls ?? 0) + 1,
  };
  const calling = withAbort(operation, index, abort);
  if (!(await changeOperation(operation, calling, deps, record(step, { outcome: 'intended' })))) return true;
  try {
    await deps.gitlab.stopEnvironment(operation.project.id, environmentId);
    return end({ operation: calling, index }, 'done', deps);
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    deps.log.warn({ operation_id: operation.id, err: error }, 'gitlab did not stop the canary');
    if (error instanceof GitLabError && (error.outcome === 'unknown' || error.retryable)) {
      await lookAgain(calling, readAgainMs, deps);
      return false;
    }
    return end({ operation: calling, index }, 'refused', deps);
  }
}

async function end(
  { operation, index }: Failed,
  state: Exclude<CanaryAbort['state'], 'calling'>,
  deps: AbortCanaryDeps,
): Promise<boolean> {
  const step = operation.steps[index];
  const ended = withAbort(operation, index, { ...step?.watched?.abort, state });
  const next = withStep(ended, index, { state: 'failed', endedAt: deps.clock.now() });
  const outcome = { done: 'succeeded', not_needed: 'no_op', refused: 'failed', unknown: 'unknown' } as const;
  await changeOperation(operation, next, deps, record(step, { outcome: outcome[state] }));
  return true;
}

function withAbort(operation: Operation, index: number, abort: CanaryAbort): Operation {
  const { watched } = operation.steps[index] ?? {};
  return withStep(operation, index, { watched: { readings: [], ...watched, abort } });
}

function record(step: Step | undefined, { outcome }: Pick<ChangeRecord, 'outcome'>): ChangeRecord {
  return { action: 'canary.abort', outcome, actor: 'chatops', environment: step?.environment };
}

async function findAvailable(
  { project }: Operation,
  { environment }: Step,
  { gitlab }: AbortCanaryDeps,
): Promise<{ readonly id: number } | undefined> {
  return (await gitlab.environmentsNow(project.id)).find(({ name }) => name === environment);
}

/** Whether a job of this pipeline is at it; one that has ended has left the environment stopped. */
async function isStoppedByPipeline(
  { project, pipelineId, release }: Operation,
  { environment }: Step,
  { gitlab }: AbortCanaryDeps,
): Promise<boolean> {
  const [graph, jobs] = await Promise.all([
    // A pipeline without a file of its own, as a child has it, tells no jobs that stop.
    gitlab.ciGraph(project.id, release.sha).catch((error: unknown) => {
      if (error instanceof PayloadError || error instanceof NotFoundError) return { jobs: [] };
      throw error;
    }),
    gitlab.jobs(project.id, pipelineId),
  ]);
  const stopping = new Set(
    graph.jobs.flatMap((job) =>
      job.environment?.action === 'stop' && job.environment.name === environment ? [job.name] : [],
    ),
  );
  return jobs.some(({ name, status }) => stopping.has(name) && isActive(status));
}
