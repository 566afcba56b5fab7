import { type ApprovalRequest, isUndecided } from '../../domain/approval.ts';
import type { Job } from '../../domain/job.ts';
import { closeRequest, observedId } from '../../domain/observed-approval.ts';
import { currentStep, type Operation, type Step, withStep } from '../../domain/operation.ts';
import { isSame } from '../../domain/same.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { showChange } from '../operations/show-change.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { Store, Tables } from '../store-ports.ts';
import { approvalEntry } from './approval-entry.ts';
import { makeRequest } from './make-request.ts';
import { changeApproval, mailApproval, showApproval } from './show-approval.ts';
import { whomToCall } from './whom-to-call.ts';

export interface AskApprovalsDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'approvalOf'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

/**
 * Asks for the approvals that an operation needs as soon as it begins, so that people can decide while what comes
 * before their step still runs. `jobs`: the pipeline's, read just now. True: something was asked, so that the operation
 * has to be read anew.
 */
export async function askApprovals(
  operation: Operation,
  jobs: readonly Job[],
  deps: AskApprovalsDeps,
): Promise<boolean> {
  // While a job of another pipeline is being canceled, that one alone was read.
  if (currentStep(operation)?.step.kind === 'cancel') return false;
  const index = operation.steps.findIndex(isUnasked);
  const step = operation.steps[index];
  const job = jobs.find(({ name }) => name === step?.job);
  if (!step?.approval || !job) return false;
  const environment = step.environment ?? operation.environment;
  const own = await deps.gitlab.approvalOf(operation.project.id, { environment, jobId: job.id });
  // GitLab's own rules are asked instead of ours, as soon as the job has come to its gate.
  if (own) return replace(operation, { ...operation, steps: operation.steps.toSpliced(index, 1) }, deps);
  const plan = await deps.store.tables.plans.find(operation.planId);
  const now = deps.clock.now();
  const about = { operation, step, terms: step.approval, job, jobs, plan, now };
  const settings = deps.settings();
  const mention = await whomToCall(step.approval, { tables: deps.store.tables, settings });
  const request = makeRequest({ ...about, mention, settings });
  return replace(operation, withStep(operation, index, { requestId: request.id }), deps, request);
}

/**
 * Stores a changed operation with the request that it makes, unless somebody pressed Cancel meanwhile: the next look
 * sees it. Always true, since the operation has to be read anew either way.
 */
export async function replace(
  expected: Operation,
  next: Operation,
  deps: Pick<AskApprovalsDeps, 'settings' | 'store' | 'clock' | 'wake'>,
  request?: ApprovalRequest,
): Promise<true> {
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    const held = await tables.operations.find(expected.id);
    if (!held || !isSame({ ...held, nextCheckAt: 0 }, { ...expected, nextCheckAt: 0 })) return;
    await tables.operations.save(next);
    if (request) await ask(tables, request, { operation: next, settings: deps.settings(), now });
    await showChange(tables, next, { now, commandPrefix: deps.settings().commandPrefix });
  });
  deps.wake('outbox');
  return true;
}

async function ask(
  tables: Tables,
  request: ApprovalRequest,
  about: { readonly operation: Operation; readonly settings: Settings; readonly now: Date },
): Promise<void> {
  const { operation, settings, now } = about;
  await closeObserved(tables, request, now);
  await tables.approvals.add(request);
  for (const vote of request.votes) await tables.approvals.vote(request.id, vote);
  await tables.audit.append({
    ...approvalEntry(request, { now, settings }),
    actor: operation.requester,
    action: 'approval.ask',
    outcome: 'succeeded',
    reason: request.gitlab ? 'gitlab_rules' : undefined,
    channel: operation.channel,
  });
  await showApproval(tables, request, now);
  await mailApproval(tables, { request, project: operation.project, now });
}

/** What was observed before is asked for with the deploy now, and once is enough. */
async function closeObserved(tables: Tables, { project, jobId }: ApprovalRequest, now: Date): Promise<void> {
  const held = await tables.approvals.find(observedId(project.id, jobId));
  if (held && isUndecided(held)) await changeApproval(tables, { held, next: closeRequest(held, 'asked_anew'), now });
}

function isUnasked({ kind, requestId, state, approval }: Step): boolean {
  return kind === 'approve' && approval !== undefined && requestId === undefined && state === 'pending';
}
