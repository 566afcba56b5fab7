import { checksLine } from '../../cards/checks-line.ts';
import { outcomesLine } from '../../cards/outcomes-line.ts';
import { withApprovals } from '../../domain/approval-terms.ts';
import { guessTier } from '../../domain/environment.ts';
import { awaitableChecks, gateNames } from '../../domain/gates.ts';
import { summariseJobs } from '../../domain/job-outcomes.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { DeployPlan, Shipment } from '../../domain/plan.ts';
import { environmentRule } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { findBlockers, insistOnRoute, planRoute, type Release, type RouteStep } from '../../domain/release.ts';
import type { CommandContext, CommandResult, Subject } from '../command.ts';
import type { PipelineSummary } from '../gitlab-ports.ts';
import { tellIn } from '../input/tell-in.ts';
import { checkRoute } from '../operations/check-route.ts';
import { unlessGitLabFails } from '../unless-gitlab-fails.ts';
import {
  type AskedDeploy,
  askApprovals,
  askGates,
  askRights,
  askState,
  askVariables,
  findOperation,
  resolvedLine,
} from './ask-deploy-gates.ts';
import { mayOverride, refuseDeployer, refuseOverride } from './deploy-rights.ts';
import { deployWarnings } from './deploy-warnings.ts';
import type { DeployRequest } from './plan-deploy.ts';
import type { ShownGate } from './read-gates.ts';
import { readLive } from './read-live.ts';
import { noDeployJob, unknownVersion } from './refuse-deploy.ts';
import { refuseVariables } from './refuse-variables.ts';
import { type DeployJobFound, findJob } from './resolve-release.ts';
import { resolveVersion } from './resolve-version.ts';

/** A deploy as it was read: what it would do, and what every gate on the way says of it. */
export interface DeployRead {
  readonly kind: 'read';
  readonly deed: DeployPlan;
  /** In the order in which they are asked. */
  readonly gates: readonly ShownGate[];
  readonly warnings: readonly Phrase[];
  readonly about: Subject;
  readonly atOnce: boolean;
  /** How the jobs that have to pass stand, and what else the pipeline found out: a line each. */
  readonly checks: readonly Phrase[];
}

/** There is no pipeline to deploy it from: one has to be started first. */
export interface NoPipelineRead {
  readonly kind: 'first';
  readonly release: Release;
}

/**
 * Reads the way of a deploy with all its gates. `until_refused`: somebody who may not deploy there costs GitLab nothing
 * more; `all`: every gate is asked all the same.
 * @throws GitLabError
 */
export async function readDeploy(
  request: DeployRequest,
  context: CommandContext,
  asks: 'until_refused' | 'all',
): Promise<DeployRead | NoPipelineRead | Extract<CommandResult, { kind: 'refused' }>> {
  const { project, environment, version } = request;
  const about: Subject = { project: project.ref.path, environment: environment.name, version };
  const refuse = (refusal: Refusal, more: Partial<Subject> = {}) => ({
    kind: 'refused' as const,
    refusal,
    about: { ...about, ...more },
  });
  const [match, rights] = await Promise.all([
    resolveVersion({ project, environment: environment.name, version }, context),
    refuseAsker(request, context),
  ]);
  const variables = refuseVariables(request);
  const refusal = rights ?? variables;
  if (refusal && asks === 'until_refused') return refuse(refusal);
  if (match.kind === 'refused') return refuse(match.refusal);
  if (match.kind === 'unknown') return refuse(unknownVersion(request, match.candidates, context));

  const { release, pipelines } = match;
  const subject = { version: release.version, sha: release.sha };
  if (pipelines.length === 0 || request.insists?.newPipeline) return { kind: 'first', release };
  const [found, state, periods, coverage] = await Promise.all([
    find(request, release, pipelines, context),
    readLive(project.ref.id, environment.name, context),
    context.gitlab.freezePeriods(project.ref.id),
    // Nearly always the one in which the job is found; asked later it would cost a round trip of its own.
    coverageOf(pipelines[0]?.id, request, context),
  ]);
  if (found.kind !== 'found') return refuse(noDeployJob(request, release, found), subject);
  const known = found.pipeline.id === pipelines[0]?.id ? { coverage } : undefined;
  return readWay({ request, release, found, state, periods, context, refused: { rights, variables } }, known);
}

/** It adorns the plan, which does not wait for another try. */
async function coverageOf(
  pipelineId: number | undefined,
  { project }: DeployRequest,
  { gitlab }: CommandContext,
): Promise<number | undefined> {
  return pipelineId === undefined
    ? undefined
    : unlessGitLabFails(gitlab.coverage(project.ref.id, pipelineId), undefined);
}

/** The target's own gate; to override takes a right of its own, beside the one to deploy. */
async function refuseAsker(request: DeployRequest, context: CommandContext): Promise<Refusal | undefined> {
  const [refusal, isOverrider] = await Promise.all([
    refuseDeployer(request, request.environment, context),
    request.override === undefined || mayOverride(request.project, context),
  ]);
  return refusal ?? (isOverrider ? undefined : refuseOverride(request));
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

/** The coverage of the pipeline, where it was asked for already. */
type Known = { readonly coverage: number | undefined } | undefined;

async function readWay(facts: AskedDeploy, known: Known): Promise<DeployRead> {
  const { request, release, found, state, context } = facts;
  const { project, environment, insists } = request;
  const { live, running } = state;
  const route = planRoute(found.graph, found.ciJob, found.jobs);
  const way = [
    // The target's own step is authorised under the environment's real name, which its declaration may not hold.
    ...new Set(route.flatMap((step) => (step.job === found.ciJob.name ? [] : (step.environment ?? [])))),
  ].filter((name) => name !== environment.name);
  const awaited = insists?.whenReady ? awaitedOn(request, { ...found, route, way }) : [];
  const [operation, shipment, rights, read, coverage] = await Promise.all([
    findOperation(request, way, context),
    live?.sha ? unlessGitLabFails(context.gitlab.compare(project.ref.id, live.sha, release.sha), undefined) : undefined,
    askRights(facts, way),
    askGates(facts, { way, awaited }),
    known ? known.coverage : coverageOf(found.pipeline.id, request, context),
  ]);
  const hasGateBefore = route.some((step) => step.kind === 'play' && step.job !== found.ciJob.name);
  const pressable = hasGateBefore || found.ciJob.manual || found.job.status === 'manual';
  const blockers = findBlockers(found.graph, found.ciJob, found.jobs);
  const chosen = choose(request, route, {
    target: found.job,
    jobs: found.jobs,
    waiting: blockers.waiting,
    checks: awaited,
    pressable,
  });
  const asked = { ...found, rules: project.rules, environment: environment.name };
  const { steps, warnings: ofChecks } = checkRoute(chosen, asked);
  const target = { job: found.ciJob.name, environment: environment.name };
  const approved = withApprovals(steps, { rules: project.rules, kind: 'deploy', target });
  const gates = [
    ...rights,
    askVariables(facts, steps),
    ...read.gates,
    ...askApprovals(request, approved),
    ...askState(facts, { release, job: found.job, live, running, operation, blockers, pressable, insists }),
  ].toSorted((a, b) => gateNames.indexOf(a.gate) - gateNames.indexOf(b.gate));
  const override = overrideOf(request, gates);
  return {
    kind: 'read',
    about: {
      project: project.ref.path,
      environment: environment.name,
      version: release.version,
      sha: release.sha,
      pipelineId: found.pipeline.id,
      jobId: found.job.id,
    },
    gates,
    checks: checkLines(facts, coverage),
    atOnce: override === undefined && isUnconfirmed(request, steps),
    warnings: [
      ...overrideWarnings(request, override),
      ...read.warnings,
      ...ofChecks,
      ...deployWarnings(facts, shipment),
    ],
    deed: { ...toDeed(facts, { steps: override ? steps : approved, shipment }), override, unlocks: read.unlocks },
  };
}

function checkLines({ request, found }: AskedDeploy, coverage: number | undefined): readonly Phrase[] {
  const { project, environment } = request;
  const { requires = [] } = environmentRule(project.rules, environment.name) ?? {};
  return [checksLine(requires, found.jobs), outcomesLine(summariseJobs(found.jobs), coverage)];
}

/** The required jobs of the environments on the way that whoever insists lets be waited for. */
function awaitedOn(
  { project, environment }: DeployRequest,
  about: Parameters<typeof awaitableChecks>[1] & { readonly way: readonly string[] },
): readonly string[] {
  const required = [environment.name, ...about.way].flatMap(
    (name) => environmentRule(project.rules, name)?.requires ?? [],
  );
  return awaitableChecks([...new Set(required)], about);
}

/** An override that has nothing to go past is none, so that nobody is alarmed for nothing. */
function overrideOf({ override }: DeployRequest, gates: readonly ShownGate[]): DeployPlan['override'] {
  const passes = gates.flatMap(({ gate, because }) => (because === 'override' ? [gate] : []));
  return override === undefined || passes.length === 0 ? undefined : { reason: override, passes: [...new Set(passes)] };
}

function overrideWarnings({ override }: DeployRequest, made: DeployPlan['override']): readonly Phrase[] {
  return override !== undefined && !made
    ? [say`There is nothing to override, so this is a deploy like any other.`]
    : [];
}

function toDeed(
  { request, release, found, state, context }: AskedDeploy,
  { steps, shipment }: { readonly steps: readonly RouteStep[]; readonly shipment: Shipment | undefined },
): DeployPlan {
  const { project, environment } = request;
  const { live, takenBack } = state;
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
      ? {
          version: live.ref ?? live.sha.slice(0, 8),
          sha: live.sha,
          since: live.changedAt ?? live.createdAt,
          takenBackAt: takenBack?.at,
        }
      : undefined,
    shipment: shipment && { commits: shipment.commits, total: shipment.total, url: shipment.url },
    variables: request.variables,
    channel: tellIn(project, context.channel),
    line: resolvedLine(request, release, found.ciJob.name),
  };
}

/** The route as it is, or for somebody who insists. */
function choose(
  { insists }: DeployRequest,
  route: readonly RouteStep[],
  about: Parameters<typeof insistOnRoute>[1],
): readonly RouteStep[] {
  return insists?.again === true || insists?.whenReady === true ? insistOnRoute(route, about) : route;
}

/** What production gets somebody has to confirm, be it only on the way. */
function isUnconfirmed({ project, environment }: DeployRequest, steps: readonly RouteStep[]): boolean {
  const tiers = [
    environment.known?.tier ?? guessTier(environment.name),
    ...steps.flatMap((step) => (step.environment === undefined ? [] : [guessTier(step.environment)])),
  ];
  return !tiers.includes('production') && environmentRule(project.rules, environment.name)?.confirm === false;
}
