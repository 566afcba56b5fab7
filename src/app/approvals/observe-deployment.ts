import { type ApprovalRequest, isUndecided } from '../../domain/approval.ts';
import { guessTier } from '../../domain/environment.ts';
import { NotFoundError } from '../../domain/errors.ts';
import { withGitLab } from '../../domain/gitlab-approval.ts';
import { movedGates, observedId } from '../../domain/observed-approval.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { ProjectRef, ProjectRules } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { InboxRow, NewInboxRow, Store, Tables } from '../store-ports.ts';
import { approvalEntry } from './approval-entry.ts';
import { lookAtGitLab } from './follow-gitlab-approvals.ts';
import { GateWork, gateRow } from './gate-work.ts';
import { gitlabTerms } from './gitlab-terms.ts';
import { checksOf } from './make-request.ts';
import { findFollowers, openPlaces } from './observed-places.ts';
import { mailApproval, showApproval } from './show-approval.ts';
import { whomToCall } from './whom-to-call.ts';

export interface ObserveDeploymentDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'approvalOf' | 'pipeline' | 'jobs' | 'successfulDeployments' | 'compare'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

/** GitLab's deployment follows its job a moment later: so long after it is looked once more. */
const followsWithinMs = 10_000;

/** The inbox row that has GitLab asked how a request stands. `moment` makes it one look. */
export function lookRow(
  { project, environment, pipelineId, job, jobId }: ApprovalRequest,
  moment: string,
  now: Date,
): NewInboxRow {
  return gateRow({ project, environment, pipelineId, job: { id: jobId, name: job }, stands: false }, moment, now);
}

/** Has GitLab asked about each deploy job that came to its gate, or left it: what was told of it is no proof. */
export async function noteGates(
  tables: Pick<Tables, 'inbox'>,
  about: {
    readonly before: Pipeline | undefined;
    readonly pipeline: Pipeline;
    readonly rules: ProjectRules | undefined;
    readonly now: Date;
  },
): Promise<void> {
  const { before, pipeline, rules, now } = about;
  if (!rules) return;
  const { project, id: pipelineId } = pipeline;
  for (const { job, environment } of movedGates(before, pipeline)) {
    const work = { project, environment, pipelineId, job: { id: job.id, name: job.name } };
    await tables.inbox.add(gateRow({ ...work, stands: job.status === 'manual' }, job.status, now));
  }
}

/**
 * Looks at a deployment that nobody asked for in Slack. One that waits for GitLab's approval becomes a request where
 * its approvers are, unless an operation asks for it; a request that is there follows GitLab.
 * @throws GitLabError to be tried again later.
 */
export async function observeDeployment(row: InboxRow, deps: ObserveDeploymentDeps): Promise<void> {
  const work = GateWork.parse(JSON.parse(row.body));
  const { tables } = deps.store;
  const held = await tables.approvals.find(observedId(work.project.id, work.job.id));
  if (held && isUndecided(held)) await lookAtGitLab(held, deps);
  const isNew = !isKnown(held) && work.stands && (await isAskedHere(tables, work, deps.settings()));
  const read = isNew ? await readRequest(work, deps) : undefined;
  const now = deps.clock.now();
  const result = await deps.store.transaction(async (tables) => {
    if (read === 'not_there_yet')
      await tables.inbox.add(gateRow(work, 'again', new Date(now.getTime() + followsWithinMs)));
    const isAsked = typeof read === 'object' && (await ask(tables, read, { deps, now }));
    const said = isAsked ? 'asked' : held ? 'looked_at' : 'waits_for_nobody';
    await tables.inbox.done(row.id, said, now);
    return said;
  });
  if (result === 'asked') deps.wake('outbox');
}

/** Whether it needs no new request. One that gave way to a deploy of ours is asked again once that has ended. */
function isKnown(held: ApprovalRequest | undefined): boolean {
  return held !== undefined && held.closed !== 'asked_anew';
}

/** Whether anybody here would be asked: a channel is told of approvals, and no operation asks by itself. */
async function isAskedHere(tables: Tables, work: GateWork, settings: Settings): Promise<boolean> {
  const pipeline = await tables.pipelines.find(work.project.id, work.pipelineId);
  if (!pipeline || (await isOfOperation(tables, work))) return false;
  return (await findFollowers(tables, { pipeline, environment: work.environment, settings })).length > 0;
}

async function isOfOperation(
  { operations }: Pick<Tables, 'operations'>,
  { project, pipelineId, job }: Pick<GateWork, 'project' | 'pipelineId' | 'job'>,
): Promise<boolean> {
  const active = await operations.activeOfPipeline(project.id, pipelineId);
  return active.some(({ steps }) => steps.some((step) => step.job === job.name));
}

/**
 * What waits, as GitLab has it now; undefined: it waits for no approval. `not_there_yet`: the deployment has not come to
 * its gate, whatever was told of its job.
 */
async function readRequest(
  { project, environment, pipelineId, job }: GateWork,
  deps: ObserveDeploymentDeps,
): Promise<ApprovalRequest | 'not_there_yet' | undefined> {
  const { gitlab, settings, store, clock } = deps;
  const approval = await gitlab.approvalOf(project.id, { environment, jobId: job.id });
  if (!approval || approval.pending === 0 || approval.begun || approval.canceled || approval.overtaken)
    return undefined;
  if (approval.deployment.status === 'created') return 'not_there_yet';
  const [pipeline, jobs, [live]] = await Promise.all([
    gitlab.pipeline(project, pipelineId),
    gitlab.jobs(project.id, pipelineId),
    gitlab.successfulDeployments(project.id, environment, 1),
  ]);
  const { ref, tag, sha, url } = pipeline;
  const shipped = live?.sha === undefined ? undefined : await compare(project, [live.sha, sha], gitlab);
  const terms = gitlabTerms(approval, settings().rulesFor(project.path), environment);
  const whom = { ...terms, rules: approval.rules };
  const mention = await whomToCall(whom, { tables: store.tables, settings: settings() });
  const now = clock.now();
  const request: ApprovalRequest = {
    id: observedId(project.id, job.id),
    origin: { kind: 'observed' },
    project: pipeline.project,
    environment,
    tier: approval.deployment.tier ?? guessTier(environment),
    release: { version: tag ? ref : sha.slice(0, 8), ref, tag, sha },
    fromVersion: live?.ref ?? live?.sha?.slice(0, 8),
    fromSha: live?.sha,
    kind: 'deploy',
    pipelineId,
    pipelineUrl: url,
    job: job.name,
    jobId: job.id,
    terms,
    gitlab: { deploymentId: approval.deployment.id, rules: approval.rules },
    requester: { slackUserId: '', gitlab: approval.deployment.user },
    ships: shipped,
    checks: checksOf(jobs),
    mention,
    places: [],
    state: 'open',
    votes: [],
    createdAt: now,
  };
  return withGitLab(request, approval, now);
}

/** How many commits ship, and where to see them; undefined where GitLab has one of both no more. */
async function compare(
  project: ProjectRef,
  [from, to]: readonly [string, string],
  gitlab: Pick<GitLabReads, 'compare'>,
): Promise<ApprovalRequest['ships']> {
  try {
    const { total, url } = await gitlab.compare(project.id, from, to);
    return { total, url };
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** False: an operation asks for it by now, or nobody is there to be asked. */
async function ask(
  tables: Tables,
  request: ApprovalRequest,
  { deps, now }: { readonly deps: Pick<ObserveDeploymentDeps, 'settings'>; readonly now: Date },
): Promise<boolean> {
  const { project, environment, pipelineId, job, jobId } = request;
  const pipeline = await tables.pipelines.find(project.id, pipelineId);
  const held = await tables.approvals.find(request.id);
  if (!pipeline || isKnown(held)) return false;
  if (await isOfOperation(tables, { project, pipelineId, job: { id: jobId, name: job } })) return false;
  const about = { pipeline, environment, settings: deps.settings() };
  const places = await openPlaces(tables, { ...about, ask: request.terms.ask, now });
  const asked = { ...request, places };
  if (held) await tables.approvals.save(asked, held.state);
  else await tables.approvals.add(asked);
  for (const vote of asked.votes) await tables.approvals.vote(asked.id, vote);
  await tables.audit.append({
    ...approvalEntry(request, { now, settings: about.settings }),
    actor: 'chatops',
    action: 'approval.ask',
    outcome: 'succeeded',
    reason: 'gitlab_rules',
    observed: request.requester.gitlab,
  });
  await showApproval(tables, asked, now);
  await mailApproval(tables, { request: asked, project, now });
  return true;
}
