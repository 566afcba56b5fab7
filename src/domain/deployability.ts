import { allow, type Decision } from './decision.ts';
import type { Deployment } from './deployment.ts';
import { isActive, isFinished, type Job } from './job.ts';
import type { Operation } from './operation.ts';
import type { Release } from './release.ts';

/** Why a release cannot be taken to an environment now. Each has its own answer. */
export type DeployRefusal =
  | { readonly reason: 'already_live'; readonly live: Deployment }
  | { readonly reason: 'operation_active'; readonly operation: Operation }
  | { readonly reason: 'deployment_running'; readonly deployment: Deployment }
  | { readonly reason: 'job_running'; readonly job: Job }
  | { readonly reason: 'job_failed'; readonly job: Job }
  | { readonly reason: 'job_canceled'; readonly job: Job }
  | { readonly reason: 'job_skipped'; readonly job: Job; readonly because: readonly Job[] }
  | { readonly reason: 'deployed_before'; readonly job: Job }
  | { readonly reason: 'upstream_broken'; readonly jobs: readonly Job[] }
  | { readonly reason: 'not_ready'; readonly jobs: readonly Job[] }
  | { readonly reason: 'runs_by_itself'; readonly job: Job };

/** Everything the decision rests on, read from GitLab and the store just now. */
export interface DeployFacts {
  readonly release: Release;
  readonly job: Job;
  readonly live: Deployment | undefined;
  readonly running: readonly Deployment[];
  readonly operation: Operation | undefined;
  readonly blockers: { readonly waiting: readonly Job[]; readonly broken: readonly Job[] };
  /** The route has a job that a person presses, now or when the pipeline gets there. */
  readonly pressable: boolean;
  /** The person insists: what ran before is run again, what is not ready is waited for. */
  readonly insists?: { readonly again: boolean; readonly whenReady: boolean } | undefined;
}

/** Decides whether the release can be taken to the environment by pressing manual jobs, or says what is in the way. */
export function decideDeploy(facts: DeployFacts): Decision<DeployRefusal> {
  const { release, job, live, running, operation, blockers } = facts;
  const { again = false, whenReady = false } = facts.insists ?? {};
  // What runs by itself may have begun before it could be followed: there is nothing to press, so nothing is late.
  const isFollowed = whenReady && !facts.pressable;
  if (operation) return { kind: 'refuse', reason: 'operation_active', operation };
  if (isActive(job.status) && !isFollowed) return { kind: 'refuse', reason: 'job_running', job };
  if (!again && live && live.sha === release.sha && job.status === 'success')
    return { kind: 'refuse', reason: 'already_live', live };
  const other = running.find(({ status, jobId }) => status === 'running' && jobId !== job.id);
  if (other) return { kind: 'refuse', reason: 'deployment_running', deployment: other };
  if (again && isFinished(job.status) && job.status !== 'skipped') return allow;
  if (job.status === 'success') return { kind: 'refuse', reason: 'deployed_before', job };
  if (job.status === 'failed') return { kind: 'refuse', reason: 'job_failed', job };
  if (job.status === 'canceled') return { kind: 'refuse', reason: 'job_canceled', job };
  if (job.status === 'skipped') return { kind: 'refuse', reason: 'job_skipped', job, because: blockers.broken };
  if (blockers.broken.length > 0) return { kind: 'refuse', reason: 'upstream_broken', jobs: blockers.broken };
  if (!facts.pressable && !whenReady) return { kind: 'refuse', reason: 'runs_by_itself', job };
  if (blockers.waiting.length > 0 && !whenReady) return { kind: 'refuse', reason: 'not_ready', jobs: blockers.waiting };
  return allow;
}
