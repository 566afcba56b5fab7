import type { Command } from '../src/app/command.ts';
import { refuseNoProject } from '../src/app/input/refuse-reading.ts';
import { planPlay } from '../src/app/tasks/plan-play.ts';
import { UsageError } from '../src/domain/errors.ts';
import { readings } from '../src/domain/reading.ts';

const usage = '/play [project] <job> [on <ref>] [KEY=value …]';

/** Starts a manual job by its name: one that deploys with the plan and the gates of `/deploy`. */
export const play: Command = {
  name: '/play',
  usage,
  description: 'Start a manual job by its name; one that deploys is a /deploy, one that stops an environment stops it',
  examples: ['/play deploy-canary on v1.4.0', '/play stop-dev', '/play seed-db on main ROWS=100'],
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
        ref,
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
