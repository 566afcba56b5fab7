import { type ApprovalRequest, approvals, type CloseReason } from './approval.ts';
import { type GitLabApproval, withGitLab } from './gitlab-approval.ts';
import type { Job } from './job.ts';
import type { Pipeline } from './pipeline.ts';

/** A deploy job that may wait for approval in GitLab, or waited for it. */
export interface WaitingJob {
  readonly job: Job;
  readonly environment: string;
}

/** The one request of a deployment that nobody asked for in Slack. */
export function observedId(projectId: number, jobId: number): string {
  return `observed-${projectId}-${jobId}`;
}

/**
 * The deploy jobs that came to stand at their gate, or left it, between two states of a pipeline. That one is manual
 * says neither that it waits for approval nor that it does not: GitLab is asked.
 */
export function movedGates(before: Pipeline | undefined, after: Pipeline): readonly WaitingJob[] {
  return after.jobs.flatMap((job) => {
    const { environment } = job;
    if (environment?.action !== 'start') return [];
    const known = before?.jobs.find(({ id }) => id === job.id);
    const stood = known?.status === 'manual' && known.environment !== undefined;
    return stood === (job.status === 'manual') ? [] : [{ job, environment: environment.name }];
  });
}

/** An observed request as GitLab has its deployment now; `undefined`: GitLab has none that is under a rule. */
export function evolveObserved(
  request: ApprovalRequest,
  approval: GitLabApproval | undefined,
  now: Date,
): ApprovalRequest {
  if (!approval) return closeRequest(request, 'gone');
  const next = withGitLab(request, approval, now);
  if (next.state === 'rejected') return next;
  if (approval.begun) return approvals(next).length > 0 ? { ...next, state: 'used' } : closeRequest(next, 'started');
  if (approval.canceled) return closeRequest(next, 'canceled');
  return approval.overtaken ? closeRequest(next, 'overtaken') : next;
}

/** The request when nobody needs it any more. */
export function closeRequest(request: ApprovalRequest, closed: CloseReason): ApprovalRequest {
  return { ...request, state: 'closed', closed };
}

const minute = 60_000;

/**
 * How long it may be until GitLab is asked again: ten seconds while a request is fresh, longer the longer nobody decides,
 * an hour at most. GitLab waits without end, and an older one tells nobody what was decided.
 */
export function lookAgainMs({ createdAt }: Pick<ApprovalRequest, 'createdAt'>, now: Date): number {
  const age = now.getTime() - createdAt.getTime();
  return Math.min(60 * minute, Math.max(minute / 6, age / 30));
}
