import type { ApprovalPlace, ApprovalRequest, Checks } from '../../domain/approval.ts';
import type { ApprovalTerms } from '../../domain/approval-terms.ts';
import { guessTier } from '../../domain/environment.ts';
import type { GitLabApproval } from '../../domain/gitlab-approval.ts';
import { isActive, type Job } from '../../domain/job.ts';
import { jobKind } from '../../domain/job-kind.ts';
import type { Operation, Step } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Settings } from '../ports.ts';

/** A request that is asked for now, by our rules or, where `gitlab` says so, by GitLab's. */
export function makeRequest(about: {
  readonly operation: Operation;
  readonly step: Pick<Step, 'job' | 'environment'>;
  readonly terms: ApprovalTerms;
  readonly job: Job;
  readonly jobs: readonly Job[];
  readonly plan: Plan | undefined;
  readonly settings: Settings;
  /** Slack users and groups who are called to it. */
  readonly mention: readonly string[];
  readonly gitlab?: GitLabApproval | undefined;
  readonly now: Date;
}): ApprovalRequest {
  const { operation, step, terms, job, jobs, plan, settings, mention, gitlab, now } = about;
  const deed = plan && plan.deed.kind !== 'task' ? plan.deed : undefined;
  const environment = step.environment ?? operation.environment;
  const isTarget = environment === operation.environment;
  const shipped = deed?.kind === 'deploy' && isTarget ? deed.shipment : undefined;
  const tier = isTarget ? deed?.tier : undefined;
  return {
    id: `${operation.id}-${operation.steps.filter(({ requestId }) => requestId !== undefined).length + 1}`,
    origin: { kind: 'operation', operationId: operation.id, planId: operation.planId, threadKey: ownKey(operation) },
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
    gitlab: gitlab && { deploymentId: gitlab.deployment.id, rules: gitlab.rules },
    requester: operation.requester,
    ships: shipped && { total: shipped.total, url: shipped.url },
    checks: checksOf(jobs),
    mention,
    places: placesOf(operation, terms, settings),
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

/** How the jobs that check a release ended, those of its deploys left out. */
export function checksOf(jobs: readonly Job[]): Checks {
  const checks = jobs.filter((job) => jobKind(job) !== 'other' && job.environment === undefined);
  const names = (wanted: (job: Job) => boolean): readonly string[] => checks.filter(wanted).map(({ name }) => name);
  return {
    passed: names(({ status }) => status === 'success').length,
    failed: names(({ status }) => status === 'failed' || status === 'canceled'),
    open: names(({ status }) => isActive(status)),
  };
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
