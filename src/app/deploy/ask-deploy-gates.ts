import { explainDeployRefusal } from '../../cards/deploy-refused.ts';
import { commandLine } from '../../domain/command-line.ts';
import { allow, type Decision } from '../../domain/decision.ts';
import { type DeployFacts, type DeployRefusal, decideDeploy } from '../../domain/deployability.ts';
import type { Operation } from '../../domain/operation.ts';
import { bold, code, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Release, RouteStep } from '../../domain/release.ts';
import type { CommandContext } from '../command.ts';
import { tellMeTodo } from '../locks/wait-for-free.ts';
import { refuseDeployer } from './deploy-rights.ts';
import type { DeployRequest } from './plan-deploy.ts';
import { type GatesAsked, type GatesRead, readGates, type ShownGate } from './read-gates.ts';
import type { EnvironmentState } from './read-live.ts';
import { noVariables } from './refuse-variables.ts';
import type { DeployJobFound } from './resolve-release.ts';

/** A deploy that was found in its pipeline, before its gates are asked. */
export interface AskedDeploy {
  readonly request: DeployRequest;
  readonly release: Release;
  readonly found: Extract<DeployJobFound, { kind: 'found' }>;
  readonly state: EnvironmentState;
  readonly periods: GatesAsked['periods'];
  readonly context: CommandContext;
  /** What was refused before its pipeline was looked at. */
  readonly refused: { readonly rights: Refusal | undefined; readonly variables: Refusal | undefined };
}

/** Every name as it was resolved; a commit by its whole sha, since its beginning may come to mean another one. */
export function resolvedLine(request: DeployRequest, release: Release, job: string): string {
  const { project, environment, insists, override, unlock, variables = {} } = request;
  const version = release.sha.startsWith(release.version) ? release.sha : release.version;
  return commandLine('', '/deploy', [
    `${project.rules.path}:${environment.name}`,
    version,
    '--job',
    job,
    ...(insists?.again ? ['--again'] : []),
    ...(insists?.whenReady ? ['--when-ready'] : []),
    ...(override === undefined ? [] : ['--override', override]),
    ...(unlock === undefined ? [] : ['--unlock', unlock]),
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  ]);
}

/** The way to an environment leads through others: each step is authorised for the environment that it starts. */
export async function askRights(
  { request, context, refused }: AskedDeploy,
  way: readonly string[],
): Promise<readonly ShownGate[]> {
  const { project, environment } = request;
  const others = await Promise.all(
    way.map(async (name) => {
      const known = await context.gitlab.environmentNamed(project.ref.id, name);
      return shown('rights', name, await refuseDeployer(request, { name, known }, context));
    }),
  );
  return [shown('rights', environment.name, refused.rights), ...others];
}

function shown(gate: ShownGate['gate'], environment: string, refusal: Refusal | undefined): ShownGate {
  return { gate, environment, answer: refusal ? 'refuse' : 'pass', refusal };
}

/** Another deploy that holds one of the environments on this way, be it only as its canary. */
export async function findOperation(
  { project, environment }: DeployRequest,
  way: readonly string[],
  { tables }: CommandContext,
): Promise<Operation | undefined> {
  const wanted = new Set([environment.name, ...way]);
  const active = await tables.operations.allActive();
  return active.find(
    (operation) =>
      operation.project.id === project.ref.id &&
      [operation.environment, ...operation.steps.map((step) => step.environment)].some(
        (name) => name !== undefined && wanted.has(name),
      ),
  );
}

/** Asks the gates that hang on the rules of the environments on the way. @throws GitLabError, StoreError */
export function askGates(
  { request, release, found, periods, context }: AskedDeploy,
  { way, awaited }: { readonly way: readonly string[]; readonly awaited: readonly string[] },
): Promise<GatesRead> {
  const { project, environment, override, unlock } = request;
  return readGates(
    {
      project,
      target: environment.name,
      way,
      release,
      jobs: found.jobs,
      awaited,
      pipelineUrl: found.pipeline.url,
      periods,
      overrides: override !== undefined,
      unlock,
      line: (unlocks) => resolvedLine({ ...request, unlock: unlocks }, release, found.ciJob.name),
    },
    context,
  );
}

/** Only a job that is started by hand takes variables. */
export function askVariables({ request, found, refused }: AskedDeploy, steps: readonly RouteStep[]): ShownGate {
  const isTaken = steps.some(({ kind, job }) => kind === 'play' && job === found.ciJob.name);
  const untaken = request.variables && !isTaken ? noVariables(request, found.ciJob.name) : undefined;
  return shown('variables', request.environment.name, refused.variables ?? untaken);
}

/** Who has to agree after the press, for each environment that asks for it; an override goes past that. */
export function askApprovals(
  { environment, override }: DeployRequest,
  approved: readonly RouteStep[],
): readonly ShownGate[] {
  const asked = approved.flatMap(({ approval, environment: own = environment.name, job }): readonly ShownGate[] => {
    if (!approval) return [];
    const count = approval.required === 1 ? '1 approval' : `${approval.required} approvals`;
    const said = say`${bold(own)} asks for ${count} before ${code(job)} is started.`;
    const gate = { gate: 'approvals', environment: own, said } as const;
    return [override === undefined ? { ...gate, answer: 'later' } : { ...gate, answer: 'exempt', because: 'override' }];
  });
  return asked.length > 0 ? asked : [shown('approvals', environment.name, undefined)];
}

/** What other deploys and the pipeline's own state have to say. */
export function askState(facts: AskedDeploy, read: DeployFacts): readonly ShownGate[] {
  const { project, environment } = facts.request;
  // What a rollback job has left is not live any more.
  const state = facts.state.takenBack ? { ...read, live: undefined } : read;
  const decision = decideDeploy(state);
  const isOthers = decision.kind === 'refuse' && othersDeploys.includes(decision.reason);
  const ofPipeline = isOthers ? decideDeploy({ ...state, operation: undefined, running: [] }) : decision;
  const tell = (gate: ShownGate['gate'], said: Decision<DeployRefusal>): ShownGate => {
    if (said.kind === 'allow') return shown(gate, environment.name, undefined);
    const refusal = explain(said, facts);
    const busy = said.reason === 'operation_active' ? said.operation.environment : undefined;
    const line = resolvedLine(facts.request, facts.release, facts.found.ciJob.name);
    const wait = busy === undefined ? [] : tellMeTodo({ project, environment: busy, line });
    return shown(gate, environment.name, { ...refusal, todo: [...refusal.todo, ...wait] });
  };
  return [tell('running', isOthers ? decision : allow), tell('pipeline', ofPipeline)];
}

const othersDeploys: readonly DeployRefusal['reason'][] = ['operation_active', 'deployment_running'];

function explain(decision: DeployRefusal, { request, release, found, context }: AskedDeploy): Refusal {
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
