import type { Words } from '../src/app/arguments.ts';
import type { Command, CommandContext, CommandResult, ProjectContext } from '../src/app/command.ts';
import { refuseNoProject } from '../src/app/input/refuse-reading.ts';
import { showFailedLog } from '../src/app/notices/show-failed-log.ts';
import { planCancel } from '../src/app/tasks/plan-cancel.ts';
import { planRetry } from '../src/app/tasks/plan-retry.ts';
import { planRun } from '../src/app/tasks/plan-run.ts';
import { showPipeline } from '../src/app/tasks/show-pipeline.ts';
import { UsageError } from '../src/domain/errors.ts';
import { didYouMean } from '../src/domain/nearest.ts';
import { readings } from '../src/domain/reading.ts';

const usage = '/pipeline [project] show|logs|run|retry|cancel [ref] [--job J] [KEY=value …]';

interface Asked {
  readonly project: ProjectContext;
  readonly ref: string | undefined;
  readonly job: string | undefined;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

const verbs: Readonly<Record<string, (asked: Asked, context: CommandContext) => Promise<CommandResult>>> = {
  show: showPipeline,
  logs: showFailedLog,
  run: planRun,
  retry: planRetry,
  cancel: planCancel,
};

/** Looks at a pipeline, and runs, retries or cancels one; what would deploy passes the gates of a deploy. */
export const pipeline: Command = {
  name: '/pipeline',
  usage,
  description: 'Show a pipeline or the log of what failed in it; run, retry or cancel one',
  examples: ['/pipeline show v1.4.0', '/pipeline logs', '/pipeline run main', '/pipeline retry v1.4.0'],
  flags: { valueFlags: ['job'], variables: true },

  action: ({ words }) => {
    const verb = words.slice(0, 2).find((word) => isVerb(word));
    return verb === undefined ? 'pipeline' : `pipeline.${verb.toLowerCase()}`;
  },

  async run(typed, context) {
    const { words } = typed;
    const read = readings(context.settings.projects, context.here, words);
    const reading = read.find(({ rest }) => isVerb(rest[0])) ?? read[0];
    if (!reading) return refuseNoProject({ command: '/pipeline', words, may: 'read' }, context);
    const [verb = 'show', ref, ...more] = reading.rest;
    const run = isVerb(verb) ? verbs[verb.toLowerCase()] : undefined;
    if (!run) {
      const near = didYouMean(verb.toLowerCase(), Object.keys(verbs));
      throw new UsageError(`I cannot do ${verb.slice(0, 40)} with a pipeline.`, {
        hint: `Type: ${near === undefined ? usage : `/pipeline ${near}`}`,
      });
    }
    if (more.length > 0)
      throw new UsageError('I can read a project, what to do, and a ref.', { hint: `Type: ${usage}` });
    const { job, variables } = besides(typed, verb.toLowerCase());
    return run({ project: await context.resolveProject(reading.rules), ref, job, variables }, context);
  },
};

function isVerb(word: string | undefined): word is string {
  return word !== undefined && Object.hasOwn(verbs, word.toLowerCase());
}

/** Only a new pipeline takes variables, and only single jobs are named. */
function besides({ flags, variables = {} }: Words, verb: string): Pick<Asked, 'job' | 'variables'> {
  const hasVariables = Object.keys(variables).length > 0;
  if (hasVariables && verb !== 'run')
    throw new UsageError('Only a new pipeline takes variables.', { hint: `Type: /pipeline ${verb}` });
  const job = flags['job'];
  if (job !== undefined && verb !== 'retry' && verb !== 'logs')
    throw new UsageError(`/pipeline ${verb} is about the whole pipeline.`, { hint: `Type: /pipeline ${verb}` });
  return { job, variables: hasVariables ? variables : undefined };
}
