import { operationUnderWay } from '../../cards/deploy-refused.ts';
import { approvalTerms } from '../../domain/approval-terms.ts';
import { commandLine } from '../../domain/command-line.ts';
import { guessTier } from '../../domain/environment.ts';
import { bold, join, type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Release } from '../../domain/release.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { refuseDeployer } from './deploy-rights.ts';
import { readGates } from './read-gates.ts';

/** What runs by itself once a task is done, and what stands before it. */
export interface Behind {
  readonly refusal: Refusal | undefined;
  readonly warnings: readonly Phrase[];
}

/**
 * A task may set a pipeline going that deploys by itself: then each of these environments is asked as a deploy would be
 * (rights, locks, freezes, allowed versions, order, who is at it). What the pipeline still has to pass is its own affair.
 * What leads to production is a deploy, and nothing else.
 * @throws GitLabError
 */
export async function gateBehind(
  about: {
    readonly project: ProjectContext;
    readonly release: Release;
    readonly environments: readonly string[];
    readonly notDone: Phrase;
    readonly pipelineUrl: string;
  },
  context: CommandContext,
): Promise<Behind> {
  const { environments } = about;
  if (environments.length === 0) return { refusal: undefined, warnings: [] };
  const refusals = await Promise.all(environments.map((environment) => refuseOne({ ...about, environment }, context)));
  const names = join(environments.slice(0, 4).map(bold), ', ');
  return {
    refusal: refusals.find((refusal) => refusal !== undefined),
    warnings: [say`The pipeline deploys by itself then: to ${names}.`],
  };
}

async function refuseOne(
  asked: {
    readonly project: ProjectContext;
    readonly release: Release;
    readonly environment: string;
    readonly notDone: Phrase;
    readonly pipelineUrl: string;
  },
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { project, release, environment: name, notDone, pipelineUrl } = asked;
  const known = await context.gitlab.environmentNamed(project.ref.id, name);
  const { version } = release;
  const isProduction = (known?.tier ?? guessTier(name)) === 'production';
  // Nobody could approve what happens by itself.
  if (isProduction || approvalTerms(project.rules, name, 'deploy')) return asDeploy(asked, context);
  const periods = await context.gitlab.freezePeriods(project.ref.id);
  const line = (unlocks?: string): string =>
    commandLine('', '/deploy', [
      `${project.rules.path}:${name}`,
      version,
      ...(unlocks === undefined ? [] : ['--unlock', unlocks]),
    ]);
  const way = { project, target: name, way: [], release, jobs: [], pipelineUrl, periods, line };
  const [deployer, { gates }, operation] = await Promise.all([
    refuseDeployer({ project, environment: { name, known }, version }, { name, known }, context),
    readGates({ ...way, overrides: false, unlock: undefined }, context),
    context.tables.operations.active(project.ref.id, name),
  ]);
  const busy = operation && underWay(operation, notDone);
  // Whether its jobs pass the pipeline itself sees to: they have yet to run.
  const closed = gates.find(({ gate, answer }) => answer === 'refuse' && gate !== 'requires')?.refusal;
  const refusal = deployer ?? closed ?? busy;
  return refusal && { ...refusal, notDone: say`${notDone} It would deploy ${version} to ${bold(name)} by itself.` };
}

function asDeploy(
  { release, environment, notDone }: Parameters<typeof refuseOne>[0],
  { settings }: CommandContext,
): Refusal {
  return {
    code: 'deploys_by_itself',
    notDone,
    fact: say`The pipeline would go on to ${bold(environment)} by itself, so this is a deploy and takes all of its rules.`,
    todo: [{ kind: 'type', line: commandLine(settings.commandPrefix, '/deploy', [environment, release.version]) }],
  };
}

function underWay(operation: Parameters<typeof operationUnderWay>[0], notDone: Phrase): Refusal {
  return {
    code: 'operation_active',
    notDone,
    fact: operationUnderWay(operation),
    todo: [{ kind: 'say', phrase: say`Ask again when it has ended.` }],
  };
}
