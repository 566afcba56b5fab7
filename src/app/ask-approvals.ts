import type { ApprovalPlace, ApprovalRequest, Checks } from '../domain/approval.ts';
import type { ApprovalTerms } from '../domain/approval-terms.ts';
import { guessTier } from '../domain/environment.ts';
import { isActive, type Job } from '../domain/job.ts';
import { jobKind } from '../domain/job-kind.ts';
import { slackUserOf } from '../domain/mention.ts';
import { currentStep, type Operation, type Step, withStep } from '../domain/operation.ts';
import type { Plan } from '../domain/plan.ts';
import { isSame } from '../domain/same.ts';
import type { Clock, Settings, Wake } from './ports.ts';
import { mailApproval, showApproval } from './show-approval.ts';
import { putOperation } from './start-operation.ts';
import type { Store } from './store-ports.ts';

export interface AskApprovalsDeps {
  readonly settings: () => Settings;
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
  const plan = await deps.store.tables.plans.find(operation.planId);
  const now = deps.clock.now();
  const request = toRequest({ operation, step, terms: step.approval, job, jobs, plan, now, settings: deps.settings() });
  await deps.store.transaction(async (tables) => {
    const held = await tables.operations.find(operation.id);
    // Somebody pressed Cancel meanwhile: the next look sees it.
    if (!held || !isSame({ ...held, nextCheckAt: 0 }, { ...operation, nextCheckAt: 0 })) return;
    const asking = withStep(operation, index, { requestId: request.id });
    await tables.operations.save(asking);
    await tables.approvals.add(request);
    await tables.audit.append({
      at: now,
      actor: operation.requester,
      action: 'approval.ask',
      outcome: 'succeeded',
      project: operation.project.path,
      environment: request.environment,
      version: operation.release.version,
      sha: operation.release.sha,
      pipelineId: operation.pipelineId,
      jobId: job.id,
      planId: operation.planId,
      operationId: operation.id,
      channel: operation.channel,
      url: operation.pipelineUrl,
    });
    await showApproval(tables, request, now);
    await mailApproval(tables, { request, project: operation.project, now });
    await putOperation(tables, asking, now);
  });
  deps.wake('outbox');
  return true;
}

function isUnasked({ kind, requestId, state, approval }: Step): boolean {
  return kind === 'approve' && approval !== undefined && requestId === undefined && state === 'pending';
}

function toRequest(about: {
  readonly operation: Operation;
  readonly step: Step;
  readonly terms: ApprovalTerms;
  readonly job: Job;
  readonly jobs: readonly Job[];
  readonly plan: Plan | undefined;
  readonly settings: Settings;
  readonly now: Date;
}): ApprovalRequest {
  const { operation, step, terms, job, jobs, plan, settings, now } = about;
  const deed = plan && plan.deed.kind !== 'task' ? plan.deed : undefined;
  const environment = step.environment ?? operation.environment;
  const isTarget = environment === operation.environment;
  const shipped = deed?.kind === 'deploy' && isTarget ? deed.shipment : undefined;
  const tier = isTarget ? deed?.tier : undefined;
  return {
    id: `${operation.id}-${operation.steps.filter(({ requestId }) => requestId !== undefined).length + 1}`,
    operationId: operation.id,
    planId: operation.planId,
    project: operation.project,
    environment,
    tier: tier ?? guessTier(environment),
    release: operation.release,
    fromVersion: isTarget ? operation.fromVersion : undefined,
    fromSha: deed?.live?.sha,
    kind: operation.kind,
    pipelineId: operation.pipelineId,
    pipelineUrl: operation.pipelineUrl,
    job: step.job,
    jobId: job.id,
    terms,
    requester: operation.requester,
    ships: shipped && { total: shipped.total, url: shipped.url },
    checks: checksOf(jobs),
    mention: whomToCall(terms, settings),
    places: placesOf(operation, terms, settings),
    threadKey: ownKey(operation),
    state: 'open',
    votes: [],
    createdAt: now,
    expiresAt: new Date(now.getTime() + terms.expiresMs),
  };
}

/** The message that shows the operation. */
function ownKey({ rootKey, id }: Operation): string {
  return rootKey.endsWith(`/operation:${id}`) ? rootKey : `${rootKey}/operation:${id}`;
}

function checksOf(jobs: readonly Job[]): Checks {
  const checks = jobs.filter((job) => jobKind(job) !== 'other' && job.environment === undefined);
  const names = (wanted: (job: Job) => boolean): readonly string[] => checks.filter(wanted).map(({ name }) => name);
  return {
    passed: names(({ status }) => status === 'success').length,
    failed: names(({ status }) => status === 'failed' || status === 'canceled'),
    open: names(({ status }) => isActive(status)),
  };
}

/** Slack users and groups; a role is nobody that Slack could call. */
function whomToCall({ approvers }: ApprovalTerms, { identityUsers }: Settings): readonly string[] {
  const called = approvers.flatMap((name) => {
    if (/^[UWS][A-Z0-9]+$/.test(name)) return [name];
    return name.startsWith('@') ? (slackUserOf(name.slice(1), identityUsers) ?? []) : [];
  });
  return [...new Set(called)];
}

function placesOf(
  { channel, rootKey, project }: Operation,
  { ask }: ApprovalTerms,
  settings: Settings,
): readonly ApprovalPlace[] {
  if (ask.length > 0) return ask.map((id) => ({ channel: id, rootKey: undefined, broadcast: false }));
  const rule = settings.rulesFor(project.path)?.channels.find(({ id }) => id === channel);
  return [{ channel, rootKey, broadcast: rule?.broadcast !== 'none' }];
}
