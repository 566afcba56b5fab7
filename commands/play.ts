import type { Command, CommandContext } from '../src/app/command.ts';
import { planPlay } from '../src/app/plan-play.ts';
import { refuseNoProject } from '../src/app/refuse-reading.ts';
import { UsageError } from '../src/domain/errors.ts';
import { type Reading, readings } from '../src/domain/reading.ts';

const usage = '/play [project] <job> [on <ref>] [KEY=value …]';

/** Starts a manual job that deploys, by its name: the same plan and the same gates as `/deploy`. */
export const play: Command = {
  name: '/play',
  usage,
  description: 'Start a manual job that deploys, by its name: the same plan and rules as /deploy',
  examples: ['/play deploy-canary on v1.4.0', '/play deploy-staging'],
  flags: { valueFlags: [], variables: true },

  async run({ words: typed, variables = {} }, context) {
    const { words, ref } = splitRef(typed);
    if (words.length === 0) throw new UsageError('Which job?', { hint: `Type: ${usage}` });
    const read = readings(context.settings.projects, context.here, words);
    const reading = read.find(({ rest }) => rest.length === 1);
    const [job] = reading?.rest ?? [];
    if (!reading || job === undefined) {
      if (read.length === 0 && words.length === 1) return refuseNoProject({ command: '/play', words: typed }, context);
      throw new UsageError('I can read a project, a job and a ref.', { hint: `Type: ${usage}` });
    }
    const project = await context.resolveProject(reading.rules);
    return planPlay(
      {
        project,
        job,
        ref: ref ?? threadRef(reading, context),
        variables: Object.keys(variables).length > 0 ? variables : undefined,
      },
      context,
    );
  },
};

function splitRef(typed: readonly string[]): { readonly words: readonly string[]; readonly ref: string | undefined } {
  const [on, ref] = typed.slice(-2);
  return on?.toLowerCase() === 'on' && ref !== undefined && typed.length > 2
    ? { words: typed.slice(0, -2), ref }
    : { words: typed, ref: undefined };
}

/** In a thread, what is not said is what the thread is about. */
function threadRef({ rules }: Reading, { thread }: CommandContext): string | undefined {
  return thread?.pipeline.project.path === rules.path ? thread.version : undefined;
}
