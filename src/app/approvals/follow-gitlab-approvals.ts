import type { Actor } from '../../domain/actor.ts';
import { type ApprovalRequest, isUndecided } from '../../domain/approval.ts';
import { NotFoundError } from '../../domain/errors.ts';
import { type GitLabApproval, withGitLab } from '../../domain/gitlab-approval.ts';
import type { Job } from '../../domain/job.ts';
import { evolveObserved } from '../../domain/observed-approval.ts';
import { currentStep, type NextDeed, type Operation, type Step } from '../../domain/operation.ts';
import { isSame } from '../../domain/same.ts';
import type { Settings } from '../ports.ts';
import type { Store, Tables } from '../store-ports.ts';
import { approvalEntry } from './approval-entry.ts';
import { type AskApprovalsDeps, replace } from './ask-approvals.ts';
import { gitlabTerms } from './gitlab-terms.ts';
import { makeRequest } from './make-request.ts';
import { changeApproval } from './show-approval.ts';
import { whomToCall } from './whom-to-call.ts';

/**
 * Before a job that starts an environment is played: where GitLab waits for approvals of its own, people are asked and
 * the operation waits for them. A job that was run again may wait too, and has to be played then. True: it waits, or
 * has other steps now.
 */
export async function holdForGitLab(
  operation: Operation,
  { deed, jobs }: { readonly deed: NextDeed; readonly jobs: readonly Job[] },
  deps: AskApprovalsDeps,
): Promise<boolean> {
  const current = currentStep(operation);
  const job = jobs.find(({ name }) => name === current?.step.job);
  if (!current || !job || !mayWait(current.step, { deed, job })) return false;
  const { index, step } = current;
  const environment = step.environment ?? operation.environment;
  const approval = await deps.gitlab.approvalOf(operation.project.id, { environment, jobId: job.id });
  const isRetried = step.kind === 'retry';
  if (!approval || (approval.pending === 0 && !isRetried)) return false;
  const { job: name, environment: started, retriesJobId } = step;
  const play: Step = { kind: 'play', job: name, environment: started, retriesJobId, state: 'pending' };
  const write = isRetried ? play : step;
  if (approval.pending === 0) return replace(operation, withSteps(operation, index, [write]), deps);
  const plan = await deps.store.tables.plans.find(operation.planId);
  const now = deps.clock.now();
  const settings = deps.settings();
  const terms = gitlabTerms(approval, settings.rulesFor(operation.project.path), environment);
  const mention = await whomToCall({ ...terms, rules: approval.rules }, { tables: deps.store.tables, settings });
  const about = { operation, step: { job: step.job, environment }, terms, job, jobs, plan, now };
  const request = withGitLab(makeRequest({ ...about, mention, gitlab: approval, settings }), approval, now);
  const asking: Step = {
    kind: 'approve',
    job: step.job,
    environment,
    state: 'awaiting_approval',
    requestId: request.id,
    startedAt: now,
  };
  return replace(operation, withSteps(operation, index, [asking, write]), deps, request);
}

function mayWait(step: Step, { deed, job }: { readonly deed: NextDeed; readonly job: Job }): boolean {
  if (step.environment === undefined) return false;
  if (deed.kind === 'play') return true;
  return step.kind === 'retry' && step.state === 'running' && job.status === 'manual' && job.id === step.jobId;
}

function withSteps(operation: Operation, index: number, steps: readonly Step[]): Operation {
  return { ...operation, steps: operation.steps.toSpliced(index, 1, ...steps) };
}

/**
 * Brings what GitLab says into the request that an operation stands at, so that decisions made on GitLab's page show,
 * by whatever way we come to look: a webhook, or the next poll.
 */
export async function followGitLab(operation: Operation, deps: AskApprovalsDeps): Promise<void> {
  const step = currentStep(operation)?.step;
  if (step?.kind !== 'approve' || step.approval || step.requestId === undefined) return;
  const request = await deps.store.tables.approvals.find(step.requestId);
  if (request) await lookAtGitLab(request, deps);
}

/**
 * Asks GitLab how a request stands, and stores, shows and records what is new. `by`: whose word was just handed to
 * GitLab, and is recorded where that is done. Gives the request as it is now.
 */
export async function lookAtGitLab(
  request: ApprovalRequest,
  deps: Pick<AskApprovalsDeps, 'settings' | 'gitlab' | 'clock' | 'wake'> & { readonly store: Store },
  by?: Actor,
): Promise<ApprovalRequest> {
  const isObserved = request.origin.kind === 'observed';
  const approval = await readApproval(request, deps.gitlab);
  if (!approval && !isObserved) return request;
  const now = deps.clock.now();
  const stored = await deps.store.transaction(async (tables) => {
    const held = await tables.approvals.find(request.id);
    if (!held || !isUndecided(held)) return held;
    const next = approval && !isObserved ? withGitLab(held, approval, now) : evolveObserved(held, approval, now);
    if (isSame(held, next)) return held;
    await storeVotes(tables, held, next);
    await recordVotes(tables, { held, next, by, settings: deps.settings(), now });
    await changeApproval(tables, { held, next, now });
    return next;
  });
  deps.wake('outbox');
  return stored ?? request;
}

/** What an operation waits for has to be there; an observed deployment may have gone with its project. */
async function readApproval(
  { origin, project, environment, jobId }: ApprovalRequest,
  gitlab: AskApprovalsDeps['gitlab'],
): Promise<GitLabApproval | undefined> {
  try {
    return await gitlab.approvalOf(project.id, { environment, jobId });
  } catch (error) {
    if (origin.kind === 'observed' && error instanceof NotFoundError) return undefined;
    throw error;
  }
}

async function storeVotes(
  tables: Pick<Tables, 'approvals'>,
  held: ApprovalRequest,
  next: ApprovalRequest,
): Promise<void> {
  for (const { voter } of held.votes) await tables.approvals.withdraw(held.id, voter);
  for (const vote of next.votes) await tables.approvals.vote(held.id, vote);
}

/** What somebody decided on GitLab's page has no press here that would record it. */
async function recordVotes(
  { audit }: Pick<Tables, 'audit'>,
  about: {
    readonly held: ApprovalRequest;
    readonly next: ApprovalRequest;
    readonly by: Actor | undefined;
    readonly settings: Settings;
    readonly now: Date;
  },
): Promise<void> {
  const { held, next, by, settings, now } = about;
  for (const { voter, answer } of next.votes) {
    const person = voter.gitlab?.username;
    const isKnown = held.votes.some((vote) => vote.voter.gitlab?.username === person && vote.answer === answer);
    if (isKnown || person === by?.gitlab?.username) continue;
    await audit.append({
      ...approvalEntry(next, { now, settings }),
      actor: 'chatops',
      action: `approval.${answer}`,
      outcome: 'succeeded',
      reason: 'on_gitlab',
      observed: voter.gitlab,
    });
  }
}
