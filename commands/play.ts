import type { Command } from '../src/app/command.ts';
import { refuseNoProject } from '../src/app/input/refuse-reading.ts';
import { planPlay } from '../src/app/tasks/plan-play.ts';
import { assignments } from '../src/app/tasks/task-request.ts';
import { commandLine } from '../src/domain/command-line.ts';
import { UsageError } from '../src/domain/errors.ts';
import { readings } from '../src/domain/reading.ts';
import { looksLikeVersion } from '../src/domain/rollback.ts';

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
      const line = ref === undefined ? lineWithOn(read.at(-1)?.rest ?? [], typed, variables) : usage;
      throw new UsageError('I can read a project, a job and a ref.', { hint: `Type: ${line}` });
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

/** The ref behind `on`; what can only be a version or a pipeline is one without it. */
function splitRef(typed: readonly string[]): { readonly words: readonly string[]; readonly ref: string | undefined } {
  const [on, ref] = typed.slice(-2);
  if (on === undefined || ref === undefined) return { words: typed, ref: undefined };
  if (on.toLowerCase() === 'on' && typed.length > 2) return { words: typed.slice(0, -2), ref };
  const isRef = looksLikeVersion(ref) || /^#\d+$/.test(ref);
  return isRef ? { words: typed.slice(0, -1), ref } : { words: typed, ref: undefined };
}

/** What is to be typed where a job has one word too many behind it: that may be a branch. */
function lineWithOn(
  rest: readonly string[],
  typed: readonly string[],
  variables: Readonly<Record<string, string>>,
): string {
  if (rest.length !== 2) return usage;
  return commandLine('', '/play', [...typed.slice(0, -1), 'on', ...typed.slice(-1), ...assignments(variables)]);
}
