import { renderWaitNoted } from '../../cards/environment-free.ts';
import { commandLine } from '../../domain/command-line.ts';
import { UsageError } from '../../domain/errors.ts';
import { say } from '../../domain/phrase.ts';
import { isSamePath } from '../../domain/project.ts';
import type { Todo } from '../../domain/refusal.ts';
import { type FlagRules, readWords } from '../arguments.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { tellIn } from '../input/tell-in.ts';
import { tellFree } from './tell-free.ts';

/** What may be waited for, with the flags that a line of ours has. */
const waitable: Readonly<Record<string, FlagRules>> = {
  '/deploy': {
    valueFlags: ['job', 'override', 'unlock'],
    switches: ['again', 'when-ready', 'new-pipeline'],
    variables: true,
  },
  '/rollback': { valueFlags: [] },
};

/**
 * Remembers that somebody wants to be told when an environment is free.
 * @throws GitLabError, or UsageError for a line that is not a deploy or rollback of this project.
 */
export async function waitForFree(
  request: { readonly project: ProjectContext; readonly environment: string; readonly line: string },
  context: CommandContext,
): Promise<CommandResult> {
  const { project, environment, line } = request;
  const about = { project: project.ref.path, environment };
  const refusal = await refuseReader(project, say`You are not told.`, context);
  if (refusal) return { kind: 'refused', refusal, about };
  if (!isWaitable(line, project)) {
    throw new UsageError('I can only wait with a deploy or a rollback of the same project.', {
      hint: `Type: ${commandLine('', '/deploy', [environment])} and a version, then press Tell me when it is free.`,
    });
  }
  const channel = tellIn(project, context.channel);
  const { slackUserId } = context.actor;
  return {
    kind: 'act',
    about,
    async apply(tables, now) {
      const wait = { project: project.ref, environment, slackUserId, channel, line, since: now };
      await tables.waits.put(wait);
      // It may have become free while the refusal stood there.
      await tellFree(tables, now);
      return { kind: 'done', card: renderWaitNoted({ wait }) };
    },
  };
}

/**
 * The button that asks to be told; `line` is the command that leads to the same plan again. None for a deploy with
 * variables: their values would stand in the channel.
 */
export function tellMeTodo(about: {
  readonly project: ProjectContext;
  readonly environment: string;
  readonly line: string;
}): readonly Todo[] {
  const { project, environment, line } = about;
  if (!isWaitable(line, project)) return [];
  return [
    {
      kind: 'press',
      label: 'Tell me when it is free',
      actionId: 'run_command:wait',
      value: commandLine('', '/lock', [`${project.ref.path}:${environment}`, '--wait', line]),
    },
  ];
}

/** The line is kept and shown to a channel, so it is nothing but a deploy or rollback of this project, and no secret. */
function isWaitable(line: string, { rules }: ProjectContext): boolean {
  const [name = '', ...rest] = line.split(' ');
  const flags = Object.hasOwn(waitable, name) ? waitable[name] : undefined;
  if (!flags) return false;
  const { words, variables = {} } = readWords(rest.join(' '), flags);
  const place = words[0] ?? '';
  return isSamePath(place.slice(0, place.lastIndexOf(':')), rules.path) && Object.keys(variables).length === 0;
}
