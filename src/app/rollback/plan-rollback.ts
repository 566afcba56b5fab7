import { takenBackWords } from '../../cards/taken-back.ts';
import { withApprovals } from '../../domain/approval-terms.ts';
import { commandLine } from '../../domain/command-line.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { guessTier } from '../../domain/environment.ts';
import { type JobRollback, takenBackSince } from '../../domain/environment-record.ts';
import { isActive } from '../../domain/job.ts';
import { currentStep, isRun, type Operation } from '../../domain/operation.ts';
import { bold, code, join, type Phrase, say } from '../../domain/phrase.ts';
import type { RollbackPlan } from '../../domain/plan.ts';
import { decidePolicy } from '../../domain/policy.ts';
import { environmentRule, matchesGlob } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Release, RouteStep } from '../../domain/release.ts';
import { findRollback, isRollbackJob, type RollbackTarget } from '../../domain/rollback.ts';
import { probeSteps } from '../../domain/route-checks.ts';
import type { CommandContext, CommandResult, Subject } from '../command.ts';
import { isOutOfOrder, readFreezes } from '../deploy/read-gates.ts';
import { readRights } from '../input/read-rights.ts';
import { refuseElsewhere, refusePolicy } from '../input/refuse-policy.ts';
import { tellIn } from '../input/tell-in.ts';
import { warnOfLocks } from '../locks/lock-gate.ts';
import { unlessGitLabFails } from '../unless-gitlab-fails.ts';
import { busy, explainMatch, notRolledBack, noWay, outOfDate } from './refuse-rollback.ts';
import { nameOf, otherVersion, type RollbackRequest, type UnderWay, type Way } from './rollback-request.ts';
import { warnOfApprovals } from './warn-of-approvals.ts';
import { warnOfMigrations } from './warn-of-migrations.ts';

/** So many deployments of each outcome are looked through for a version to go back to. */
const historyLength = 50;

/**
 * Finds out what rolling an environment back means: which version it leaves, which it goes back to, by which job, and
 * whether this person may. Reads only. Exempt from freezes and order: at 3 a.m. the way back is open.
 * @throws GitLabError when GitLab does not answer.
 */
export async function planRollback(request: RollbackRequest, context: CommandContext): Promise<CommandResult> {
  const { project, environment } = request;
  const about: Subject = { project: project.ref.path, environment: environment.name, version: request.version };
  const [deployments, running, operation, refused] = await Promise.all([
    context.gitlab.startedDeployments(project.ref.id, environment.name, historyLength),
    context.gitlab.runningDeployments(project.ref.id, environment.name),
    context.tables.operations.active(project.ref.id, environment.name),
    refuseByPolicy(request, context),
  ]);
  if (refused) return { kind: 'refused', refusal: refused, about };
  const match = findRollback(deployments, request.version);
  if (match.kind !== 'found') return { kind: 'refused', refusal: explainMatch(match, request, context), about };
  if (request.from !== undefined && request.from !== match.left.sha)
    return { kind: 'refused', refusal: outOfDate(match.left, request, context), about };
  const other = underWay(operation, running);
  if (other && (!request.abort || isCalling(other.operation) || !canBeCanceled(other)))
    return { kind: 'refused', refusal: busy(other, request), about };
  return planBack({ request, match, other, deployments, context });
}

/**
 * The same for the bot itself after a bad deploy: no person's rights are asked, and the operation that holds the
 * environment is the one that went badly. It goes back only from that version.
 * @throws GitLabError when GitLab does not answer.
 */
export async function planOwnRollback(
  request: RollbackRequest & { readonly from: string },
  context: CommandContext,
): Promise<CommandResult> {
  const { project, environment } = request;
  const about: Subject = { project: project.ref.path, environment: environment.name };
  const deployments = await context.gitlab.startedDeployments(project.ref.id, environment.name, historyLength);
  const match = findRollback(deployments, undefined);
  if (match.kind !== 'found') return { kind: 'refused', refusal: explainMatch(match, request, context), about };
  if (request.from !== match.left.sha)
    return { kind: 'refused', refusal: outOfDate(match.left, request, context), about };
  const planned = await planBack({ request, match, other: undefined, deployments, context });
  if (planned.kind !== 'planned' || planned.deed.kind !== 'rollback') return planned;
  // Who would have to be asked is called instead.
  const steps = planned.deed.steps.filter(({ kind }) => kind !== 'approve');
  return { ...planned, deed: { ...planned.deed, steps } };
}

function underWay(operation: Operation | undefined, deployments: readonly Deployment[]): UnderWay | undefined {
  return operation || deployments.length > 0 ? { operation, deployments } : undefined;
}

/** A deployment made through the API has no job that could be ended. */
function canBeCanceled({ deployments }: UnderWay): boolean {
  return deployments.every(({ jobId }) => jobId !== undefined);
}

/** Its request is on the way to GitLab: nobody can say yet what there is to cancel. */
function isCalling(operation: Operation | undefined): boolean {
  return operation !== undefined && currentStep(operation)?.step.state === 'calling';
}

async function refuseByPolicy(request: RollbackRequest, context: CommandContext): Promise<Refusal | undefined> {
  const { project, environment } = request;
  const { actor } = context;
  const { rules, ref } = project;
  const { name } = environment;
  const who = environmentRule(rules, name)?.rollback?.who;
  const rights = await readRights({ actor, project: ref, rules, environment: name, who }, context);
  const { restricted } = context;
  const decision = decidePolicy({ action: 'rollback', actor, tier: tierOf(request), restricted, ...rights });
  const notDone = notRolledBack(request);
  if (decision.kind === 'allow') return refuseElsewhere(project, notDone, context);
  return refusePolicy(decision, { notDone, environment: environment.name, actor, project, settings: context.settings });
}

interface Back {
  readonly request: RollbackRequest;
  readonly match: RollbackTarget;
  readonly other: UnderWay | undefined;
  readonly deployments: readonly Deployment[];
  readonly context: CommandContext;
}

/** The pipeline's job goes back from what is live to what was before it, and nowhere else. */
async function chooseBy({ request, match, deployments, context }: Back, wanted: RollbackPlan['by'] | undefined) {
  const { project, environment, version } = request;
  const live = deployments.find(({ status }) => status === 'success');
  const takenBack = takenBackSince(await context.tables.environments.find(project.ref.id, environment.name), live);
  const isJobApt = version === undefined && live?.id === match.left.id && !takenBack;
  const by = wanted === 'job' && isJobApt ? 'job' : 'redeploy';
  return { live, takenBack, by } as const;
}

async function planBack(back: Back): Promise<CommandResult> {
  const { request, match, other, context } = back;
  const { project, environment } = request;
  const { left, target } = match;
  const release = releaseOf(target);
  const { rollback: rule, verify } = environmentRule(project.rules, environment.name) ?? {};
  const { live, takenBack, by } = await chooseBy(back, rule?.by);
  const [way, undone, locks, approvals, freezes, outOfOrder] = await Promise.all([
    by === 'job' ? rollbackJob(back, live, rule?.jobs ?? []) : redeployJob(back),
    left.sha === undefined || target.sha === undefined
      ? undefined
      : // Best effort: a rollback does not wait for a list of commits.
        unlessGitLabFails(context.gitlab.compare(project.ref.id, target.sha, left.sha), undefined),
    warnOfLocks(project, environment.name, context),
    // The pipeline's own rollback job makes no deployment that could be approved.
    by === 'job' ? [] : warnOfApprovals(project, environment.name, context),
    // For the audit alone: the way back does not hang on it.
    unlessGitLabFails(
      readFreezes({ projectId: project.ref.id, rules: project.rules, environments: [environment.name] }, context),
      [],
    ),
    unlessGitLabFails(isOutOfOrder({ project, release }, environment.name, context), false),
  ]);
  const { version, sha } = release;
  const about = { project: project.ref.path, environment: environment.name, version, sha };
  if (way.kind === 'none') return { kind: 'refused', refusal: noWay(way, request), about };
  const deed: RollbackPlan = {
    kind: 'rollback',
    project: project.ref,
    environment: environment.name,
    tier: environment.known?.tier,
    release,
    pipelineId: way.pipelineId,
    pipelineUrl: `${project.ref.url}/-/pipelines/${way.pipelineId}`,
    steps: withApprovals([...cancelSteps(other), way.step, ...probeSteps(verify, way.step.job)], {
      rules: project.rules,
      kind: 'rollback',
      target: { job: way.step.job, environment: environment.name },
    }),
    ...leaving(left),
    by,
    reason: request.reason,
    undone: undone && { commits: undone.commits, total: undone.total, url: undone.url },
    lock: rule?.lock ?? tierOf(request) === 'production',
    aborts: other && { operationId: other.operation?.id, version: otherVersion(other) },
    channel: tellIn(project, context.channel),
    line: resolvedLine(request, by === 'job' ? undefined : release),
  };
  return {
    kind: 'planned',
    deed,
    warnings: [
      ...approvals,
      ...locks,
      ...warnOfMigrations(environmentRule(project.rules, environment.name)?.migrations ?? [], undone?.files),
      ...warnings(back, { by, wanted: rule?.by, takenBack }),
    ],
    ...passed({ lock: locks.length > 0, freeze: freezes.length > 0, after: outOfOrder }),
  };
}

function leaving(left: Deployment): Pick<RollbackPlan, 'live' | 'leftEnded'> {
  return {
    live: left.sha ? { version: nameOf(left), sha: left.sha, since: left.changedAt ?? left.createdAt } : undefined,
    leftEnded: left.status === 'failed' || left.status === 'canceled' ? left.status : undefined,
  };
}

/** For the audit: which gates would have been closed, and that they do not count. */
function passed(closed: Readonly<Record<'lock' | 'freeze' | 'after', boolean>>) {
  const exempt = closed.freeze ? 'exempt_freeze' : closed.after ? 'exempt_order' : undefined;
  const gates = { lock: answer(closed.lock), freeze: answer(closed.freeze), after: answer(closed.after) };
  return { exempt, gates } as const;
}

function answer(isClosed: boolean): 'exempt' | 'pass' {
  return isClosed ? 'exempt' : 'pass';
}

/** The target's own job is run again; of a job that was retried before, only the newest instance can be. */
async function redeployJob({ request, match, context }: Back): Promise<Way> {
  const { pipelineId, jobId } = match.target;
  if (pipelineId === undefined || jobId === undefined) return { kind: 'none', why: 'job_gone' };
  const { id } = request.project.ref;
  const [made, jobs] = await Promise.all([context.gitlab.job(id, jobId), context.gitlab.jobs(id, pipelineId)]);
  const job = jobs.find(({ name }) => name === made.name);
  if (!job) return { kind: 'none', why: 'job_gone' };
  if (isActive(job.status)) return { kind: 'none', why: 'job_busy', job };
  const { name: environment } = request.environment;
  return { kind: 'way', pipelineId, step: { kind: 'retry', job: job.name, environment, retriesJobId: job.id } };
}

/** The pipeline's own rollback job, in the pipeline that is live. */
async function rollbackJob(
  { request, context }: Back,
  live: Deployment | undefined,
  configured: readonly string[],
): Promise<Way> {
  if (live?.pipelineId === undefined || live.sha === undefined) return { kind: 'none', why: 'no_rollback_job' };
  const { id } = request.project.ref;
  const [jobs, graph] = await Promise.all([
    context.gitlab.jobs(id, live.pipelineId),
    context.gitlab.ciGraph(id, live.sha),
  ]);
  const own = graph.jobs.filter((job) => isRollbackJob(job, request.environment.name, configured));
  // Configured ones may be in no file that we can read.
  const wanted = configured.length > 0 ? configured : own.map(({ name }) => name);
  const job = jobs.find(({ name, status }) => wanted.some((glob) => matchesGlob(glob, name)) && status === 'manual');
  if (!job) return { kind: 'none', why: 'no_rollback_job' };
  const step = { kind: 'play', job: job.name, environment: request.environment.name } as const;
  return { kind: 'way', pipelineId: live.pipelineId, step };
}

/** Jobs under way are ended before the environment is touched again. An operation that stands between jobs has none. */
function cancelSteps(other: UnderWay | undefined): readonly RouteStep[] {
  const step = other?.operation && currentStep(other.operation)?.step;
  const own = step?.state === 'running' && isRun(step) ? step.jobId : undefined;
  const jobIds = new Set([own, ...(other?.deployments ?? []).map(({ jobId }) => jobId)]);
  return [...jobIds].flatMap((jobId): readonly RouteStep[] => {
    if (jobId === undefined) return [];
    const job = jobId === own && step ? step.job : `job ${jobId}`;
    return [{ kind: 'cancel', job, environment: undefined, cancelsJobId: jobId }];
  });
}

function releaseOf({ ref, sha }: Deployment): Release {
  const version = ref ?? sha?.slice(0, 8) ?? 'the version before';
  return { version, ref: ref ?? sha ?? version, tag: false, sha: sha ?? '' };
}

function tierOf({ environment }: RollbackRequest): string | undefined {
  return environment.known?.tier ?? guessTier(environment.name);
}

/** By its whole sha, which means the same commit at the press; without one where a job decides where it goes back to. */
function resolvedLine(request: RollbackRequest, release: Release | undefined): string {
  const { project, environment, abort, from, reason } = request;
  return commandLine('', '/rollback', [
    `${project.rules.path}:${environment.name}`,
    ...(release ? ['to', release.sha === '' ? release.version : release.sha] : []),
    ...(reason === undefined ? [] : [reason]),
    ...(abort ? ['--abort'] : []),
    ...(from === undefined ? [] : ['--from', from]),
  ]);
}

function warnings(
  { request, match, deployments, other }: Back,
  way: {
    readonly by: RollbackPlan['by'];
    readonly wanted: RollbackPlan['by'] | undefined;
    readonly takenBack: JobRollback | undefined;
  },
): readonly Phrase[] {
  const { left, target } = match;
  const between = deployments.filter(({ id }) => id > target.id && id < left.id);
  const skipped = between.filter(({ status, sha }) => status === 'success' && sha !== target.sha && sha !== left.sha);
  // Whoever wants to be rid of it alone would otherwise leave the good version as well.
  const untouched = other?.operation && other.operation.release.sha !== left.sha ? otherVersion(other) : undefined;
  return [
    ...(way.takenBack ? [takenBackWords(request.environment.name, way.takenBack)] : []),
    ...(untouched === undefined
      ? []
      : [
          say`${bold(untouched)} has not touched ${bold(request.environment.name)} yet. To stop it and keep ${bold(nameOf(left))}, press Cancel on its card.`,
        ]),
    ...(way.by !== 'job' && way.wanted === 'job'
      ? [say`The pipeline's rollback job only goes back from what is live, so the old deploy job is run again instead.`]
      : []),
    ...(way.by === 'job'
      ? [say`The pipeline's own job decides where it goes back to, so the version is unconfirmed until it is verified.`]
      : []),
    ...(skipped.length > 0 && request.version === undefined
      ? [say`Left out, because it was rolled back before: ${join([...new Set(skipped.map(nameOf))].map(code), ', ')}.`]
      : []),
  ];
}
