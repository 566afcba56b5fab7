import { explainDeployRefusal } from '../../cards/deploy-refused.ts';
import { approvalTerms } from '../../domain/approval-terms.ts';
import { commandLine } from '../../domain/command-line.ts';
import { bold, code, type Phrase, say } from '../../domain/phrase.ts';
import { environmentRule } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { type CiJob, findDeployJob, type Release } from '../../domain/release.ts';
import type { Task } from '../../domain/task.ts';
import type { CommandContext, CommandResult, Subject } from '../command.ts';
import { gateBehind } from '../deploy/gate-behind.ts';
import type { DeployRequest } from '../deploy/plan-deploy.ts';
import { readGates } from '../deploy/read-gates.ts';
import { type EnvironmentState, readLive } from '../deploy/read-live.ts';
import { noDeployJob, noPipeline } from '../deploy/refuse-deploy.ts';
import { type NewPipeline, readNew } from '../tasks/plan-run.ts';
import { assignments, planTask } from '../tasks/task-request.ts';
import { unlessGitLabFails } from '../unless-gitlab-fails.ts';

/**
 * Plans a deploy of something that has no pipeline, or none that will do: one is started first, and the deploy follows
 * it. The environment's gates are asked now, and once more when the pipeline is there. Who may deploy was asked before.
 * @throws GitLabError
 */
export async function planFirstPipeline(
  request: DeployRequest,
  release: Release,
  context: CommandContext,
): Promise<CommandResult> {
  const { project, environment } = request;
  const about: Subject = {
    project: project.ref.path,
    environment: environment.name,
    version: release.version,
    sha: release.sha,
  };
  const refuse = (refusal: Refusal, noOp = false): CommandResult => ({ kind: 'refused', refusal, about, noOp });
  if (release.ref === release.sha) return refuse(noPipeline(request, release));
  const [graph, made, state] = await Promise.all([
    context.gitlab.ciGraph(project.ref.id, release.sha),
    readNew(project, release, context),
    readLive(project.ref.id, environment.name, context),
  ]);
  const notDone = say`${release.version} was not deployed to ${bold(environment.name)}.`;
  const configured = environmentRule(project.rules, environment.name)?.jobs ?? [];
  const match = findDeployJob(graph, environment.name, { configured, job: request.job });
  if (match.kind !== 'found') return refuse(noDeployJob(request, release, match));
  if (made.names && !made.names.includes(match.job.name)) return refuse(leftOut(match.job, release, notDone));

  const [{ refusal, warnings }, { ships, warning }] = await Promise.all([
    askFirst({ request, release, made, state, job: match.job, notDone }, context),
    readShips(request, release, state.live?.sha, context),
  ]);
  if (refusal) return refuse(refusal, refusal.code === 'already_live');
  const task: Task = {
    kind: 'run',
    release,
    deploy: {
      environment: environment.name,
      line: followLine(request, release, match.job),
      from: state.live?.sha,
      ships,
    },
  };
  return planTask(
    { project, task, line: firstLine(request, release, match.job), warnings: [...warning, ...warnings] },
    context,
  );
}

interface First {
  readonly request: DeployRequest;
  readonly release: Release;
  readonly made: NewPipeline;
  readonly state: EnvironmentState;
  readonly job: CiJob;
  readonly notDone: Phrase;
}

/** What is in the way now, and what is to be known before the press. */
async function askFirst(
  { request, release, made, state, job, notDone }: First,
  context: CommandContext,
): Promise<{ readonly refusal: Refusal | undefined; readonly warnings: readonly Phrase[] }> {
  const { project, environment } = request;
  const pipelineUrl = `${project.ref.url}/-/pipelines`;
  const periods = await context.gitlab.freezePeriods(project.ref.id);
  const others = made.environments.filter((name) => name !== environment.name);
  const way = { project, target: environment.name, way: [], release, jobs: [], pipelineUrl, periods };
  const rights = { overrides: request.override !== undefined, unlock: request.unlock };
  const line = (unlock?: string): string => firstLine({ ...request, unlock }, release, job);
  const [read, behind, busy] = await Promise.all([
    readGates({ ...way, ...rights, line }, context),
    gateBehind({ project, release, environments: others, notDone, pipelineUrl }, context),
    inTheWay(request, release, state, context),
  ]);
  const early = made.environments.includes(environment.name) ? beforeApproval(request, notDone) : undefined;
  // What the jobs have to pass is asked again when there are any.
  const closed = read.gates.find(({ gate, answer }) => answer === 'refuse' && gate !== 'requires')?.refusal;
  return {
    refusal: busy ?? closed ?? early ?? behind.refusal,
    warnings: [...made.warnings, ...read.warnings, ...behind.warnings],
  };
}

async function inTheWay(
  request: DeployRequest,
  release: Release,
  { live, takenBack, running }: EnvironmentState,
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { project, environment, insists } = request;
  const subject = {
    environment: environment.name,
    release,
    pipelineUrl: `${project.ref.url}/-/pipelines`,
    projectUrl: project.ref.url,
    again: commandLine(context.settings.commandPrefix, '/deploy', [environment.name, release.version]),
  };
  const operation = await context.tables.operations.active(project.ref.id, environment.name);
  if (operation) return explainDeployRefusal({ reason: 'operation_active', operation }, subject);
  const other = running.find(({ status }) => status === 'running');
  if (other) return explainDeployRefusal({ reason: 'deployment_running', deployment: other }, subject);
  if (!takenBack && live?.sha === release.sha && !insists?.again && !insists?.newPipeline)
    return explainDeployRefusal({ reason: 'already_live', live }, subject);
  return undefined;
}

/** How many commits would ship, or the warning that GitLab cannot say. */
async function readShips(
  { project }: DeployRequest,
  release: Release,
  from: string | undefined,
  { gitlab }: CommandContext,
): Promise<{ readonly ships?: { readonly total: number; readonly url: string }; readonly warning: readonly Phrase[] }> {
  if (from === undefined) return { warning: [] };
  const shipment = await unlessGitLabFails(gitlab.compare(project.ref.id, from, release.sha), undefined);
  return shipment
    ? { ships: { total: shipment.total, url: shipment.url }, warning: [] }
    : { warning: [say`GitLab could not compare it with what is live, so the commits are not listed.`] };
}

/** A pipeline would not help: its rules leave the job out. */
function leftOut({ name }: CiJob, release: Release, notDone: Phrase): Refusal {
  return {
    code: 'job_not_in_pipeline',
    notDone,
    fact: say`No pipeline ran for ${bold(release.version)}, and a new one would not have the job ${code(name)} that deploys there: its rules leave it out.`,
    todo: [{ kind: 'say', phrase: say`See the rules in its CI configuration.` }],
  };
}

/** Nobody could approve what its pipeline does by itself. */
function beforeApproval({ project, environment }: DeployRequest, notDone: Phrase): Refusal | undefined {
  if (!approvalTerms(project.rules, environment.name, 'deploy')) return undefined;
  return {
    code: 'runs_before_approval',
    notDone,
    fact: say`It needs an approval, and a new pipeline would deploy there by itself before anybody could give one.`,
    todo: [{ kind: 'say', phrase: say`Have its job made manual in the CI configuration.` }],
  };
}

/** The command that leads to this plan again. */
function firstLine(request: DeployRequest, release: Release, { name }: CiJob): string {
  const { insists } = request;
  const again = insists?.newPipeline ? ['--new-pipeline'] : [];
  return commandLine('', '/deploy', [
    ...lineWords(request, release, name),
    ...again,
    ...assignments(request.variables),
  ]);
}

/** The deploy in the pipeline that was made, which waits for its jobs. */
function followLine(request: DeployRequest, release: Release, { name }: CiJob): string {
  const words = [...lineWords(request, release, name), '--when-ready', ...assignments(request.variables)];
  return commandLine('', '/deploy', words);
}

function lineWords(
  { project, environment, override, unlock }: DeployRequest,
  { ref }: Release,
  job: string,
): readonly string[] {
  return [
    `${project.rules.path}:${environment.name}`,
    ref,
    '--job',
    job,
    ...(override === undefined ? [] : ['--override', override]),
    ...(unlock === undefined ? [] : ['--unlock', unlock]),
  ];
}
