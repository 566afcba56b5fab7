import { type ApprovalRequest, approvals, isBoundTo, isOverdue } from './approval.ts';
import { isActive, isFinished, type Job } from './job.ts';
import { currentStep, type NextDeed, type Operation, type Step } from './operation.ts';

/**
 * Decides what approvals mean for an operation now; undefined: nothing, go on. Asked again before every deed, so that
 * an approval taken back, expired or given for another job holds up the write, however far the operation has come.
 */
export function decideApproval(
  operation: Operation,
  requests: readonly ApprovalRequest[],
  { jobs, now }: { readonly jobs: readonly Job[]; readonly now: Date },
): NextDeed | undefined {
  const { steps } = operation;
  // Of a job in another pipeline that is being canceled, that one alone was read.
  if (currentStep(operation)?.step.kind === 'cancel') return undefined;
  for (const [index, step] of steps.entries()) {
    if (step.kind !== 'approve') continue;
    if (step.state === 'failed') return { kind: 'finish', state: 'failed' };
    const write = steps[index + 1];
    if (!write || isBegun(write) || step.reason === 'started_in_gitlab') continue;
    const isCurrent = currentStep(operation)?.index === index;
    const job = jobs.find(({ name }) => name === step.job);
    // Somebody pressed the job in GitLab instead: nothing of ours can hold it any more.
    if (isCurrent && job && isPressed(job, write))
      return { kind: 'update', index, step: { state: 'succeeded', reason: 'started_in_gitlab', endedAt: now } };
    const request = requests.find(({ id }) => id === step.requestId);
    if (!request) {
      if (isCurrent) return { kind: 'look_later', afterMs: 5_000 };
      continue;
    }
    const deed = decideStep({ operation, index, step, request, job, isCurrent, now });
    if (deed) return deed;
  }
  return undefined;
}

function decideStep(about: {
  readonly operation: Operation;
  readonly index: number;
  readonly step: Step;
  readonly request: ApprovalRequest;
  readonly job: Job | undefined;
  readonly isCurrent: boolean;
  readonly now: Date;
}): NextDeed | undefined {
  const { operation, index, step, request, job, isCurrent, now } = about;
  const fail = (reason: NonNullable<Step['reason']>): NextDeed => ({
    kind: 'update',
    index,
    step: { state: 'failed', reason, endedAt: now, decided: decidedBy(request) },
  });
  const bound = { pipelineId: operation.pipelineId, sha: operation.release.sha, jobId: job?.id };
  switch (request.state) {
    case 'rejected':
      return fail('approval_rejected');
    case 'expired':
      return fail('approval_expired');
    case 'closed':
      return fail('approval_void');
    case 'approved':
    case 'used':
      if (!isBoundTo(request, bound)) return fail('approval_void');
      if (isOverdue(request, now)) return fail('approval_expired');
      return isCurrent
        ? { kind: 'update', index, step: { state: 'succeeded', endedAt: now, decided: decidedBy(request) } }
        : undefined;
    case 'open':
      if (!isBoundTo(request, bound)) return fail('approval_void');
      // Without a webhook of GitLab's, decisions on its page are seen by looking.
      if (isCurrent && step.state === 'awaiting_approval')
        return { kind: 'look_later', afterMs: request.gitlab ? 10_000 : 30_000 };
      // One that was given has been taken back.
      return isCurrent || step.state === 'succeeded'
        ? { kind: 'update', index, step: { state: 'awaiting_approval', endedAt: undefined, decided: undefined } }
        : undefined;
  }
}

/** Whether the step that needs the approval has left for GitLab, so that nothing can be taken back any more. */
export function isBegun({ state }: Step): boolean {
  return state !== 'pending' && state !== 'waiting' && state !== 'awaiting_approval';
}

function isPressed(job: Job, write: Step): boolean {
  if (write.kind === 'retry') return isActive(job.status) && job.id !== write.retriesJobId;
  return isActive(job.status) || (isFinished(job.status) && job.failureReason !== 'deployment_rejected');
}

function decidedBy(request: ApprovalRequest): Step['decided'] {
  const rejection = request.votes.find(({ answer }) => answer === 'reject');
  const votes = rejection ? [rejection] : approvals(request);
  const by = votes.map(({ voter }) => voter.gitlab?.name ?? voter.slackUserId);
  return by.length === 0 ? undefined : { by, words: rejection?.words };
}
