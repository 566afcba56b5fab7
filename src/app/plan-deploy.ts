import { checksLine } from '../cards/checks-line.ts';
import { explainDeployRefusal } from '../cards/deploy-refused.ts';
import { withApprovals } from '../domain/approval-terms.ts';
import { commandLine } from '../domain/command-line.ts';
import { type DeployRefusal, decideDeploy } from '../domain/deployability.ts';
import type { Deployment } from '../domain/deployment.ts';
import { type Environment, guessTier } from '../domain/environment.ts';
import type { Job } from '../domain/job.ts';
import type { Operation } from '../domain/operation.ts';
import { bold, type Phrase, say } from '../domain/phrase.ts';
import type { DeployPlan, Shipment } from '../domain/plan.ts';
import { decidePolicy } from '../domain/policy.ts';
import { environmentRule } from '../domain/project.ts';
import type { Refusal } from '../domain/refusal.ts';
import { findBlockers, insistOnRoute, planRoute, type Release, type RouteStep } from '../domain/release.ts';
import type { CommandContext, CommandResult, ProjectContext, Subject } from './command.ts';
import type { PipelineSummary } from './gitlab-ports.ts';
import { refuseLocked } from './lock-gate.ts';
import { type GatesAsked, type GatesRead, readGates } from './read-gates.ts';
import { type EnvironmentState, readLive } from './read-live.ts';
import { noDeployJob, noPipeline, unknownVersion } from './refuse-deploy.ts';
import { refuseElsewhere, refusePolicy } from './refuse-policy.ts';
import { noVariables, refuseVariables } from './refuse-variables.ts';
import { type DeployJobFound, findJob } from './resolve-release.ts';
import { resolveVersion } from './resolve-version.ts';
import { tellIn } from './tell-in.ts';
import { tellMeTodo } from './wait-for-free.ts';

/** What is to be deployed where; the environment is resolved, the version is as typed. */
export interface DeployRequest {
  readonly project: ProjectContext;
  readonly environment: { readonly name: string; readonly known: Environment | undefined };
  readonly version: string;
  /** `--job`, or the job of a pressed button. */
  readonly job: string | undefined;
  /** Run again what ran before, wait for what is not ready. */
  readonly insists?: { readonly again: boolean; readonly whenReady: boolean } | undefined;
  /** For the deploy job's run, by name. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/**
 * Finds out what taking a version to an environment means: which commit, which pipeline, which jobs, and whether it
 * may be done now by this person. Reads only. At most three round trips after the project's environments, side by
 * side where one does not need the other.
 * @throws GitLabError when GitLab does not answer.
 */
export async function planDeploy(request: DeployRequest, context: CommandContext): Promise<CommandResult> {
  const { project, environment, version } = request;
  const about: Subject = { project: project.ref.path, environment: environment.name, version };
  const refuse = (refusal: Refusal, more: Partial<Subject> = {}): CommandResult => ({
    kind: 'refused',
    refusal,
    about: { ...about, ...more },
  });
  const [match, refused] = await Promise.all([
    resolveVersion({ project, environment: environment.name, version }, context),
    refuseDeployer(request, request.environment, context),
  ]);
  const refusal = refused ?? refuseVariables(request);
  if (refusal) return refuse(refusal);
  if (match.kind === 'refused') return refuse(match.refusal);
  if (match.kind === 'unknown') return refuse(unknownVersion(request, match.candidates, context));

  const { release, pipelines } = match;
  const subject = { version: release.version, sha: release.sha };
  if (pipelines.length === 0) return refuse(noPipeline(request, release), subject);
  const [found, state, periods] = await Promise.all([
    find(request, release, pipelines, context),
    readLive(project.ref.id, environment.name, context),
    context.gitlab.freezePeriods(project.ref.id),
  ]);
  if (found.kind !== 'found') return refuse(noDeployJob(request, release, found), subject);
  return decide({ request, release, found, state, periods, context });
}

/** Why this person may not deploy there; undefined: they may. */
export async function refuseDeployer(
  request: Pick<DeployRequest, 'project' | 'environment' | 'version'>,
  environment: DeployRequest['environment'],
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { actor } = context;
  const accessLevel =
    actor.gitlab?.id === undefined ? 0 : await context.gitlab.accessLevel(request.project.ref.id, actor.gitlab.id);
  const rule = environmentRule(request.project.rules, environment.name);
  const tier = environment.known?.tier ?? guessTier(environment.name);
  const decision = decidePolicy({
    action: 'deploy',
    actor,
    accessLevel,
    tier,
    deployers: rule?.deployers,
    restricted: context.restricted,
  });
  const notDone = say`${request.version} was not deployed to ${bold(request.environment.name)}.`;
  if (decision.kind === 'allow') return refuseElsewhere(request.project, notDone, context);
  return refusePolicy(decision, {
    notDone,
    environment: environment.name,
    actor,
    project: request.project,
  });
}

/** The way to an environment leads through others: each step is authorised for the environment that it starts. */
async function refuseSteps(
  request: DeployRequest,
  steps: readonly RouteStep[],
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { project, environment } = request;
  const names = new Set(steps.flatMap((step) => (step.kind === 'play' ? (step.environment ?? []) : [])));
  names.delete(environment.name);
  const refusals = await Promise.all(
    [...names].map(async (name) => {
      const known = await context.gitlab.environmentNamed(project.ref.id, name);
      return refuseDeployer(request, { name, known }, context);
    }),
  );
  return refusals.find((refusal) => refusal !== undefined);
}

function find(
  request: DeployRequest,
  release: Release,
  pipelines: readonly PipelineSummary[],
  context: CommandContext,
): Promise<DeployJobFound> {
  const configured = environmentRule(request.project.rules, request.environment.name)?.jobs ?? [];
  return findJob(context, request.project.ref, {
    environment: request.environment.name,
    configured,
    job: request.job,
    sha: release.sha,
    pipelines,
  });
}

interface Found {
  readonly request: DeployRequest;
  readonly release: Release;
  readonly found: Extract<DeployJobFound, { kind: 'found' }>;
  readonly state: EnvironmentState;
  readonly periods: GatesAsked['periods'];
  readonly context: CommandContext;
}

/** Another deploy that holds one of the environments on this way, be it only as its canary. */
async function findOperation(
  { project, environment }: DeployRequest,
  steps: readonly RouteStep[],
  { tables }: CommandContext,
): Promise<Operation | undefined> {
  const wanted = new Set([environment.name, ...steps.flatMap((step) => step.environment ?? [])]);
  const active = await tables.operations.allActive();
  return active.find(
    (operation) =>
      operation.project.id === project.ref.id &&
      [operation.environment, ...operation.steps.map((step) => step.environment)].some(
        (name) => name !== undefined && wanted.has(name),
      ),
  );
}

async function decide(facts: Found): Promise<CommandResult> {
  const { request, release, found, state, context } = facts;
  const { project, environment } = request;
  const { live, running } = state;
  const route = planRoute(found.graph, found.ciJob, found.jobs);
  const [operation, shipment, refusedStep, gates] = await Promise.all([
    findOperation(request, route, context),
    live?.sha ? context.gitlab.compare(project.ref.id, live.sha, release.sha).catch(() => undefined) : undefined,
    // The target's own step was authorised under the environment's real name, which its declaration may not hold.
    refuseSteps(
      request,
      route.filter((step) => step.job !== found.ciJob.name),
      context,
    ),
    askGates(facts),
  ]);
  const hasGateBefore = route.some((step) => step.kind === 'play' && step.job !== found.ciJob.name);
  const pressable = hasGateBefore || found.ciJob.manual || found.job.status === 'manual';
  const blockers = findBlockers(found.graph, found.ciJob, found.jobs);
  const { insists } = request;
  const decision = decideDeploy({ release, job: found.job, live, running, operation, blockers, pressable, insists });
  const about: Subject = {
    project: project.ref.path,
    environment: environment.name,
    version: release.version,
    sha: release.sha,
    pipelineId: found.pipeline.id,
    jobId: found.job.id,
  };
  const asked = {
    project,
    environments: [environment.name, ...route.flatMap((step) => step.environment ?? [])],
    version: release.version,
    notDone: say`${release.version} was not deployed to ${bold(environment.name)}.`,
    line: resolvedLine(request, release, found.ciJob.name),
  };
  const isThere = decision.kind === 'refuse' && decision.reason === 'already_live';
  const closed = refusedStep ?? (await refuseLocked(asked, context)) ?? (isThere ? undefined : gates.refusal);
  if (closed) return { kind: 'refused', refusal: closed, about };
  if (decision.kind === 'refuse') {
    const refusal = explain(decision, facts);
    const busy = decision.reason === 'operation_active' ? decision.operation.environment : undefined;
    const wait = busy === undefined ? [] : tellMeTodo({ project, environment: busy, line: asked.line });
    const told = { ...refusal, todo: [...refusal.todo, ...wait] };
    return { kind: 'refused', refusal: told, about, noOp: decision.reason === 'already_live' };
  }
  const steps = stepsOf(facts, { route, waiting: blockers.waiting, pressable });
  if (request.variables && !steps.some(({ kind, job }) => kind === 'play' && job === found.ciJob.name))
    return { kind: 'refused', refusal: noVariables(request, found.ciJob.name), about };
  return {
    kind: 'planned',
    atOnce: isUnconfirmed(request, steps),
    warnings: [...gates.warnings, ...warnings({ live, release, found, shipment })],
    checks: checksLine(environmentRule(project.rules, environment.name)?.requires ?? [], found.jobs),
    deed: toDeed(facts, { steps, shipment }),
  };
}

/** The route as it is to be carried out: for whoever insists, and with the approvals that it takes. */
function stepsOf(
  { request, found }: Found,
  way: { readonly route: readonly RouteStep[]; readonly waiting: readonly Job[]; readonly pressable: boolean },
): readonly RouteStep[] {
  const { project, environment, insists } = request;
  const isInsisting = insists?.again === true || insists?.whenReady === true;
  const route = isInsisting ? insistOnRoute(way.route, { ...way, target: found.job, jobs: found.jobs }) : way.route;
  const target = { job: found.ciJob.name, environment: environment.name };
  return withApprovals(route, { rules: project.rules, kind: 'deploy', target });
}

function askGates({ request, release, found, periods, context }: Found): Promise<GatesRead> {
  const { project, environment } = request;
  const { jobs, pipeline } = found;
  const { name } = environment;
  return readGates({ project, environment: name, release, jobs, pipelineUrl: pipeline.url, periods }, context);
}

function explain(decision: DeployRefusal, { request, release, found, context }: Found): Refusal {
  const { environment } = request;
  return explainDeployRefusal(decision, {
    environment: environment.name,
    release,
    pipelineUrl: found.pipeline.url,
    projectUrl: request.project.ref.url,
    again: commandLine(context.settings.commandPrefix, '/deploy', [environment.name, release.version]),
    line: resolvedLine({ ...request, insists: undefined }, release, found.ciJob.name),
  });
}

function toDeed(
  { request, release, found, state, context }: Found,
  { steps, shipment }: { readonly steps: readonly RouteStep[]; readonly shipment: Shipment | undefined },
): DeployPlan {
  const { project, environment } = request;
  const { live } = state;
  return {
    kind: 'deploy',
    project: project.ref,
    environment: environment.name,
    tier: environment.known?.tier,
    release,
    pipelineId: found.pipeline.id,
    pipelineUrl: found.pipeline.url,
    steps,
    live: live?.sha
      ? { version: live.ref ?? live.sha.slice(0, 8), sha: live.sha, since: live.changedAt ?? live.createdAt }
      : undefined,
    shipment,
    variables: request.variables,
    channel: tellIn(project, context.channel),
    line: resolvedLine(request, release, found.ciJob.name),
  };
}

/** What production gets somebody has to confirm, be it only on the way. */
function isUnconfirmed({ project, environment }: DeployRequest, steps: readonly RouteStep[]): boolean {
  const tiers = [
    environment.known?.tier ?? guessTier(environment.name),
    ...steps.flatMap((step) => (step.environment === undefined ? [] : [guessTier(step.environment)])),
  ];
  return !tiers.includes('production') && environmentRule(project.rules, environment.name)?.confirm === false;
}

/** Every name as it was resolved; a commit by its whole sha, since its beginning may come to mean another one. */
function resolvedLine(request: DeployRequest, release: Release, job: string): string {
  const { project, environment, insists, variables = {} } = request;
  const version = release.sha.startsWith(release.version) ? release.sha : release.version;
  return commandLine('', '/deploy', [
    `${project.rules.path}:${environment.name}`,
    version,
    '--job',
    job,
    ...(insists?.again ? ['--again'] : []),
    ...(insists?.whenReady ? ['--when-ready'] : []),
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  ]);
}

function warnings(facts: {
  readonly live: Deployment | undefined;
  readonly release: Release;
  readonly found: Extract<DeployJobFound, { kind: 'found' }>;
  readonly shipment: Shipment | undefined;
}): readonly Phrase[] {
  const { live, found, shipment, release } = facts;
  const older = live?.pipelineId !== undefined && live.pipelineId > found.pipeline.id && live.sha !== release.sha;
  return [
    ...(older
      ? [
          say`A newer pipeline was deployed since (${live.ref ?? 'another version'}). GitLab refuses older ones where outdated deployment jobs are prevented.`,
        ]
      : []),
    ...(live?.sha && !shipment
      ? [say`GitLab could not compare it with what is live, so the commits are not listed.`]
      : []),
  ];
}
