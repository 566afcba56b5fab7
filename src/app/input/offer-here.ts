import type { PossibleHere } from '../../cards/possible-here.ts';
import { pipelineStatus } from '../../cards/status.ts';
import { commandLine } from '../../domain/command-line.ts';
import { type Environment, tierRank } from '../../domain/environment.ts';
import { GitLabError, NotFoundError } from '../../domain/errors.ts';
import { code, link, type Phrase, say } from '../../domain/phrase.ts';
import type { Command, CommandContext } from '../command.ts';
import { refuseReader } from './refuse-policy.ts';
import type { ThreadSubject } from './thread-subject.ts';

type Deed = PossibleHere['deeds'][number];

const maxEnvironments = 3;

/**
 * What this person can do where they are: in a thread what fits to its pipeline, else what the commands are. Somebody
 * who may not look at the project is told of the commands only.
 */
export async function offerHere(
  asked: { readonly unknown?: string | undefined; readonly commands: readonly Command[] },
  context: CommandContext,
): Promise<PossibleHere> {
  const { thread, here } = context;
  const isReader = here !== undefined && (await mayRead(context));
  const environments = isReader && thread ? await readEnvironments(context) : [];
  const deeds = isReader
    ? [...(thread ? threadDeeds(thread, environments) : []), ...projectDeeds(here.path)]
    : here === undefined
      ? placelessDeeds
      : [];
  return {
    about: isReader && thread ? aboutThread(thread) : [],
    unknown: asked.unknown,
    deeds: deeds.filter(({ line }) => isKnown(line, asked.commands)),
    commands: asked.commands.flatMap(({ name, usage, description, examples }) => {
      const words = examples[0] ?? usage;
      return name === '/chatops' ? [] : [{ words: words.slice(1), description }];
    }),
  };
}

const placelessDeeds: readonly Deed[] = [
  { label: 'Deploy…', spoken: 'Open the form to deploy', line: '/deploy' },
  { label: 'What runs where', spoken: 'Show what runs where', line: '/deployments' },
];

function projectDeeds(path: string): readonly Deed[] {
  return [
    { label: 'Deploy…', spoken: `Open the form to deploy ${path}`, line: commandLine('', '/deploy', [path]) },
    {
      label: 'What runs where',
      spoken: `Show what runs where of ${path}`,
      line: commandLine('', '/deployments', [path]),
    },
  ];
}

/** The words that a thread may be asked in, without saying which pipeline. */
function threadDeeds(thread: ThreadSubject, environments: readonly string[]): readonly Deed[] {
  const { pipeline, environment, version } = thread;
  const { path } = pipeline.project;
  const deploys = environments.map((name) => ({
    label: `Deploy to ${name}`,
    spoken: `Deploy ${version} to ${name}`,
    line: commandLine('', '/deploy', [`${path}:${name}`, version]),
  }));
  const looks = [
    { label: 'Logs', spoken: `Logs of pipeline ${pipeline.id}`, line: commandLine('', '/pipeline', [path, 'logs']) },
    { label: 'Retry', spoken: `Retry pipeline ${pipeline.id}`, line: commandLine('', '/pipeline', [path, 'retry']) },
  ];
  const back =
    environment === undefined
      ? []
      : [
          {
            label: `Roll back ${environment}`,
            spoken: `Roll back ${environment} of ${path}`,
            line: commandLine('', '/rollback', [`${path}:${environment}`]),
          },
        ];
  return pipeline.status === 'failed' ? [...looks, ...back, ...deploys] : [...deploys, ...back, ...looks.slice(0, 1)];
}

function aboutThread({ pipeline, environment, version }: ThreadSubject): Phrase {
  const where = environment === undefined ? [] : say`, last for ${code(environment)}`;
  const name = link(`pipeline #${pipeline.id}`, pipeline.url);
  return say`This thread is about ${code(version)} of ${pipeline.project.path}: ${name}, ${pipelineStatus(pipeline).word}${where}.`;
}

function isKnown(line: string, commands: readonly Command[]): boolean {
  return commands.some(({ name }) => line === name || line.startsWith(`${name} `));
}

async function mayRead(context: CommandContext): Promise<boolean> {
  try {
    const project = context.here && (await context.resolveProject(context.here));
    return project !== undefined && (await refuseReader(project, [], context)) === undefined;
  } catch (error) {
    // Who may cannot be told now: the commands themselves say so, when they are pressed or typed.
    if (error instanceof GitLabError || error instanceof NotFoundError) return false;
    throw error;
  }
}

/** The thread's own environment first, then those nearest to production. */
async function readEnvironments(context: CommandContext): Promise<readonly string[]> {
  const { thread, here } = context;
  if (!thread || !here) return [];
  try {
    const known = await context.gitlab.environments(thread.pipeline.project.id);
    const rank = (each: Environment): number => (each.name === thread.environment ? -1 : tierRank(each));
    return known
      .toSorted((a, b) => rank(a) - rank(b) || a.name.length - b.name.length)
      .slice(0, maxEnvironments)
      .map(({ name }) => name);
  } catch (error) {
    // Without GitLab there is nothing to deploy; the words that are left can be pressed later.
    if (error instanceof GitLabError) return [];
    throw error;
  }
}
