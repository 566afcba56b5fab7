import type { Command, CommandContext, CommandResult, ProjectContext } from '../src/app/command.ts';
import { isDeployIncomplete } from '../src/app/deploy/deploy-words.ts';
import { planDeploy } from '../src/app/deploy/plan-deploy.ts';
import { tryDeploy } from '../src/app/deploy/try-deploy.ts';
import { type Chosen, chooseReading } from '../src/app/input/choose-reading.ts';
import { refuseReader } from '../src/app/input/refuse-policy.ts';
import { refuseNoProject, refuseTwoReadings, unknownEnvironment } from '../src/app/input/refuse-reading.ts';
import { commandLine } from '../src/domain/command-line.ts';
import { type Environment, matchEnvironment } from '../src/domain/environment.ts';
import { UsageError } from '../src/domain/errors.ts';
import { bold, say } from '../src/domain/phrase.ts';
import type { ProjectRules } from '../src/domain/project.ts';

const usage = '/deploy [project] <environment> <version> [--job J] [--dry-run] [--override "reason"] [KEY=value …]';

/** Takes a version to an environment by pressing the jobs of its own pipeline. */
export const deploy: Command = {
  name: '/deploy',
  usage,
  description: 'Take a version to an environment: see what would ship, confirm, follow one thread',
  examples: ['/deploy prod v1.4.0', '/deploy staging latest', '/deploy prod from staging', '/deploy v1.4.0'],
  flags: {
    valueFlags: ['job', 'override', 'unlock'],
    switches: ['again', 'when-ready', 'new-pipeline', 'dry-run'],
    variables: true,
  },

  needsForm: isDeployIncomplete,

  action: ({ flags }) => (flags['dry-run'] === undefined ? 'deploy' : 'deploy.dry_run'),

  async run({ words: typed, flags, variables = {} }, context) {
    const words = joinFrom(typed);
    const assigned = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    if (words.length > 3) {
      throw new UsageError(`I can read a project, an environment and a version, not ${typed.length} words.`, {
        hint: `Type: ${usage}`,
      });
    }
    const chosen = await chooseReading(words, context, { deploys: true });
    if (chosen.kind === 'no_project')
      return refuseNoProject({ command: '/deploy', words: [...words, ...assigned], flags }, context);
    if (chosen.kind === 'ambiguous')
      return refuseTwoReadings({
        command: '/deploy',
        words,
        flags,
        readings: chosen.readings.map((reading) => ({ ...reading, rest: [...reading.rest, ...assigned] })),
      });

    const { project, rest } = chosen;
    const environments = await withStopped(chosen, context);
    const target = readTarget(withThread(rest, { project, environments, context }), {
      environments,
      rules: project.rules,
      channel: context.channel,
    });
    if (target.kind !== 'target') {
      const refusal = await refuseReader(project, say`Nothing was deployed.`, context);
      if (refusal) return { kind: 'refused', refusal, about: { project: project.ref.path } };
    }
    if (target.kind === 'offer') return offer(target.environments, { version: target.version, path: project.ref.path });
    if (target.kind === 'unknown') {
      return unknownEnvironment(
        { command: '/deploy', word: target.word, candidates: target.candidates, rest: target.rest, project },
        context,
      );
    }
    const { name } = target.environment;
    // Its tier says who may deploy there, so it is asked for even where chatops.yml knows the name.
    const known = target.environment.known ?? (await context.gitlab.environmentNamed(project.ref.id, name));
    const request = {
      project,
      environment: { name, known },
      version: target.version,
      job: flags['job'],
      insists: {
        again: flags['again'] !== undefined,
        whenReady: flags['when-ready'] !== undefined,
        newPipeline: flags['new-pipeline'] !== undefined,
      },
      variables: assigned.length > 0 ? variables : undefined,
      override: flags['override'],
      unlock: flags['unlock'],
    };
    return flags['dry-run'] === undefined ? planDeploy(request, context) : tryDeploy(request, context);
  },
};

/** `from staging` is one word: a version, which no ref can be called. */
function joinFrom(words: readonly string[]): readonly string[] {
  const [from, environment] = words.slice(-2);
  if (from?.toLowerCase() !== 'from' || environment === undefined) return words;
  return [...words.slice(0, -2), `from ${environment}`];
}

/** A stopped environment is in no list, but the next deployment starts it again: its full name counts too. */
async function withStopped(
  { project, environments, rest }: Extract<Chosen, { kind: 'chosen' }>,
  { gitlab }: CommandContext,
): Promise<readonly Environment[]> {
  if (rest.some((word) => matchEnvironment(word, environments, project.rules).kind === 'found')) return environments;
  const stopped = await Promise.all(rest.slice(0, 2).map((word) => gitlab.environmentNamed(project.ref.id, word)));
  return [...environments, ...stopped.filter((environment) => environment !== undefined)];
}

/** In a thread, what is not said is what the thread is about: its version, and where that went. */
function withThread(
  rest: readonly string[],
  about: {
    readonly project: ProjectContext;
    readonly environments: readonly Environment[];
    readonly context: CommandContext;
  },
): readonly string[] {
  const { project, environments, context } = about;
  const { thread } = context;
  if (thread?.pipeline.project.id !== project.ref.id || rest.length > 1) return rest;
  const [word] = rest;
  if (word === undefined) return thread.environment === undefined ? rest : [thread.environment, thread.version];
  if (matchEnvironment(word, environments, project.rules).kind === 'found') return [word, thread.version];
  return thread.environment === undefined ? rest : [thread.environment, word];
}

type Target =
  | {
      readonly kind: 'target';
      readonly environment: { readonly name: string; readonly known: Environment | undefined };
      readonly version: string;
    }
  | { readonly kind: 'offer'; readonly version: string; readonly environments: readonly string[] }
  | {
      readonly kind: 'unknown';
      readonly word: string;
      readonly candidates: readonly string[];
      readonly rest: readonly string[];
    };

/** Reads environment and version in either order; a version alone goes to the channel's default environment. */
function readTarget(
  rest: readonly string[],
  about: { readonly environments: readonly Environment[]; readonly rules: ProjectRules; readonly channel: string },
): Target {
  const { environments, rules, channel } = about;
  const [first, second] = rest;
  if (first === undefined) throw new UsageError('Which environment, and which version?', { hint: `Type: ${usage}` });
  const match = matchEnvironment(first, environments, rules);
  if (rest.length > 2) {
    const strange =
      match.kind === 'found' ? `I do not know what ${rest[2]} means` : `I do not know the project ${first}`;
    throw new UsageError(`${strange}.`, { hint: `Type: ${usage}` });
  }
  if (second === undefined) {
    if (match.kind === 'found')
      throw new UsageError(`Which version for ${match.name}?`, { hint: `Type: /deploy ${match.name} v1.2.3` });
    return withDefault(first, { environments, rules, channel });
  }
  if (match.kind === 'found')
    return { kind: 'target', environment: { name: match.name, known: match.environment }, version: second };
  const swapped = matchEnvironment(second, environments, rules);
  if (swapped.kind === 'found')
    return { kind: 'target', environment: { name: swapped.name, known: swapped.environment }, version: first };
  return { kind: 'unknown', word: first, candidates: match.candidates, rest: [second] };
}

function withDefault(
  version: string,
  about: { readonly environments: readonly Environment[]; readonly rules: ProjectRules; readonly channel: string },
): Target {
  const { environments, rules, channel } = about;
  const name = rules.channels.find((rule) => rule.id === channel)?.defaultEnvironment;
  if (name === undefined)
    return { kind: 'offer', version, environments: environments.map((environment) => environment.name) };
  const match = matchEnvironment(name, environments, rules);
  return match.kind === 'found'
    ? { kind: 'target', environment: { name: match.name, known: match.environment }, version }
    : { kind: 'unknown', word: name, candidates: match.candidates, rest: [version] };
}

function offer(
  environments: readonly string[],
  about: { readonly version: string; readonly path: string },
): CommandResult {
  const { version, path } = about;
  return {
    kind: 'refused',
    about: { project: path, version },
    refusal: {
      code: 'environment_missing',
      notDone: say`Nothing was deployed.`,
      fact: environments.length
        ? say`Where should ${bold(version)} go? This channel has no default environment.`
        : say`This channel has no default environment, and ${bold(path)} has no environments yet.`,
      todo: environments.slice(0, 5).map((name) => ({
        kind: 'press',
        label: name,
        actionId: `run_command:${name}`.slice(0, 255),
        value: commandLine('', '/deploy', [path, name, version]),
      })),
    },
  };
}
