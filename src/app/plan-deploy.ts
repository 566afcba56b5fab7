import { explainDeployRefusal } from '../cards/deploy-refused.ts';
import { commandLine } from '../domain/command-line.ts';
import { decideDeploy } from '../domain/deployability.ts';
import type { Deployment } from '../domain/deployment.ts';
import { type Environment, guessTier } from '../domain/environment.ts';
import type { Operation } from '../domain/operation.ts';
import { bold, code, join, link, type Phrase, say } from '../domain/phrase.ts';
import type { Shipment } from '../domain/plan.ts';
import { decidePolicy } from '../domain/policy.ts';
import { environmentRule } from '../domain/project.ts';
import type { Refusal } from '../domain/refusal.ts';
import { findBlockers, planRoute, type Release, type RouteStep } from '../domain/release.ts';
import type { CommandContext, CommandResult, ProjectContext, Subject } from './command.ts';
import type { PipelineSummary } from './ports.ts';
import { type EnvironmentState, readLive } from './read-live.ts';
import { refusePolicy } from './refuse-policy.ts';
import { type DeployJobFound, findJob, resolveRelease } from './resolve-release.ts';

/** What is to be deployed where; the environment is resolved, the version is as typed. */
export interface DeployRequest {
  readonly project: ProjectContext;
  readonly environment: { readonly name: string; readonly known: Environment | undefined };
  readonly version: string;
  /** `--job`, or the job of a pressed button. */
  readonly job: string | undefined;
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
    resolveRelease(context.gitlab, project.ref, version),
    refuseByPolicy(request, request.environment, context),
  ]);
  if (refused) return refuse(refused);
  if (match.kind === 'unknown') return refuse(unknownVersion(request, match.candidates, context));

  const { release, pipelines } = match;
  const subject = { version: release.version, sha: release.sha };
  if (pipelines.length === 0) return refuse(noPipeline(request, release), subject);
  const [found, state] = await Promise.all([
    find(request, release, pipelines, context),
    readLive(project.ref.id, environment.name, context),
  ]);
  if (found.kind !== 'found') return refuse(noDeployJob(request, release, found), subject);
  return decide({ request, release, found, state, context });
}

async function refuseByPolicy(
  request: DeployRequest,
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
  if (decision.kind === 'allow') return undefined;
  return refusePolicy(decision, {
    notDone: say`${request.version} was not deployed to ${bold(request.environment.name)}.`,
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
      return refuseByPolicy(request, { name, known }, context);
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
  return findJob(context.gitlab, request.project.ref, {
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

async function decide({ request, release, found, state, context }: Found): Promise<CommandResult> {
  const { project, environment } = request;
  const { live, running } = state;
  const steps = planRoute(found.graph, found.ciJob, found.jobs);
  const [operation, shipment, refusedStep] = await Promise.all([
    findOperation(request, steps, context),
    live?.sha ? context.gitlab.compare(project.ref.id, live.sha, release.sha).catch(() => undefined) : undefined,
    // The target's own step was authorised under the environment's real name, which its declaration may not hold.
    refuseSteps(
      request,
      steps.filter((step) => step.job !== found.ciJob.name),
      context,
    ),
  ]);
  const hasGateBefore = steps.some((step) => step.kind === 'play' && step.job !== found.ciJob.name);
  const pressable = hasGateBefore || found.ciJob.manual || found.job.status === 'manual';
  const blockers = findBlockers(found.graph, found.ciJob, found.jobs);
  const decision = decideDeploy({ release, job: found.job, live, running, operation, blockers, pressable });
  const about: Subject = {
    project: project.ref.path,
    environment: environment.name,
    version: release.version,
    sha: release.sha,
    pipelineId: found.pipeline.id,
    jobId: found.job.id,
  };
  if (refusedStep) return { kind: 'refused', refusal: refusedStep, about };
  if (decision.kind === 'refuse') {
    const again = commandLine(context.settings.commandPrefix, '/deploy', [environment.name, release.version]);
    const refusal = explainDeployRefusal(decision, {
      environment: environment.name,
      release,
      pipelineUrl: found.pipeline.url,
      projectUrl: project.ref.url,
      again,
    });
    return { kind: 'refused', refusal, about, noOp: decision.reason === 'already_live' };
  }
  return {
    kind: 'planned',
    warnings: warnings({ live, release, found, shipment }),
    deed: {
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
      channel: tellIn(project, context.channel),
    },
  };
}

/** The deed is told in the project's channel: the one it was asked in when that is one, else its first. */
function tellIn(project: ProjectContext, channel: string): string {
  const { channels } = project.rules;
  return channels.find((rule) => rule.id === channel)?.id ?? channels[0]?.id ?? channel;
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

function unknownVersion(request: DeployRequest, candidates: readonly string[], context: CommandContext): Refusal {
  const [best] = candidates;
  return {
    code: 'version_unknown',
    notDone: say`Nothing was deployed to ${bold(request.environment.name)}.`,
    fact: candidates.length
      ? say`${request.project.ref.path} has no tag, branch or commit ${code(request.version)}. Nearest and newest tags: ${join(candidates.map(code), ', ')}.`
      : say`${request.project.ref.path} has no tag, branch or commit ${code(request.version)}, and no tags at all.`,
    todo: best
      ? [
          {
            kind: 'type',
            line: commandLine(context.settings.commandPrefix, '/deploy', [request.environment.name, best]),
          },
        ]
      : [{ kind: 'open', label: 'Open the tags', url: `${request.project.ref.url}/-/tags` }],
  };
}

function noPipeline(request: DeployRequest, release: Release): Refusal {
  const commit = release.ref === release.sha ? 'this commit' : 'the newest commit of this branch';
  const subject = release.tag ? 'this tag' : commit;
  return {
    code: 'no_pipeline',
    notDone: say`${release.version} was not deployed to ${bold(request.environment.name)}.`,
    fact: say`No pipeline ran for ${subject} (${code(release.sha.slice(0, 8))}), so there is no job to press.`,
    todo: [
      {
        kind: 'open',
        label: 'Run a pipeline',
        url: `${request.project.ref.url}/-/pipelines/new?ref=${encodeURIComponent(release.ref)}`,
      },
    ],
  };
}

function noDeployJob(
  request: DeployRequest,
  release: Release,
  found: Exclude<DeployJobFound, { kind: 'found' }>,
): Refusal {
  const environment = request.environment.name;
  const notDone = say`${release.version} was not deployed to ${bold(environment)}.`;
  const configure: Refusal['todo'] = [
    { kind: 'say', phrase: say`Name the job in chatops.yml: ${code(`environments: { ${environment}: { job: … } }`)}` },
  ];
  switch (found.kind) {
    case 'several':
      return {
        code: 'several_jobs',
        notDone,
        fact:
          request.job === undefined
            ? say`Several jobs deploy to ${bold(environment)}. Which one?`
            : say`${code(request.job)} does not deploy to ${bold(environment)}. Which job is meant?`,
        todo: found.jobs.slice(0, 5).map((job) => ({
          kind: 'press',
          label: job,
          actionId: `run_command:${job}`.slice(0, 255),
          value: commandLine('', '/deploy', [request.project.ref.path, environment, release.version, '--job', job]),
        })),
      };
    case 'configure':
      return {
        code: `job_${found.reason}`,
        notDone,
        fact:
          found.reason === 'parallel'
            ? say`The job that deploys there is split by ${code('parallel')}, so there is not one job to press.`
            : say`The environment's name in the pipeline holds a variable, so its job cannot be told by name.`,
        // Naming a split job would not help: there is not one to press.
        todo:
          found.reason === 'parallel'
            ? [{ kind: 'open', label: 'Deploy it in GitLab', url: `${request.project.ref.url}/-/pipelines` }]
            : configure,
      };
    case 'not_in_pipeline':
      return {
        code: 'job_not_in_pipeline',
        notDone,
        fact: say`The job ${code(found.jobName)} that deploys there is not part of its ${link(`pipeline #${found.pipeline.id}`, found.pipeline.url)}: its rules left it out.`,
        todo: [{ kind: 'open', label: 'Open the pipeline', url: found.pipeline.url }],
      };
    case 'none':
      return {
        code: 'no_deploy_job',
        notDone,
        fact: say`No job of its pipeline starts the environment ${bold(environment)}.`,
        todo: configure,
      };
  }
}
