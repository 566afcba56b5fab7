import { renderUnwatched } from '../../cards/watching.ts';
import { commandLine } from '../../domain/command-line.ts';
import { UsageError } from '../../domain/errors.ts';
import { bold, say } from '../../domain/phrase.ts';
import { isSamePath } from '../../domain/project.ts';
import { findProject } from '../../domain/reading.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { type Watch, watchesOf } from '../../domain/watch.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { isAdmin } from '../input/is-admin.ts';
import { refuseOfFile, typed } from './watch-channel.ts';
import { findWatchTarget, refuseStranger } from './watch-target.ts';

const notDone = say`Nothing was changed.`;

/** Takes the channel from a project or `group/*` again. Without a word: the only one that is watched here. */
export async function unwatchChannel(words: readonly string[], context: CommandContext): Promise<CommandResult> {
  if (words.length > 1)
    throw new UsageError('I can read one project.', { hint: 'Type: /chatops unwatch group/project' });
  const stranger = refuseStranger(notDone, context);
  if (stranger) return { kind: 'refused', refusal: stranger, about: {} };
  const here = (await context.tables.watches.all()).filter(({ channel }) => channel === context.channel);
  const [word] = words;
  if (word === undefined && here.length > 1) return { kind: 'refused', refusal: whichOne(here), about: {} };
  const project = word === undefined ? here[0]?.project : (findProject(context.settings.projects, word)?.path ?? word);
  const watch = here.find((each) => project !== undefined && isSamePath(each.project, project));
  if (!watch) return refuseMissing(project ?? context.here?.path, here, context);
  const refusal = await refuseRight(watch, context);
  const about = { project: watch.project };
  if (refusal) return { kind: 'refused', refusal, about };
  return {
    kind: 'act',
    about,
    changesSettings: true,
    alsoShared: true,
    async apply(tables) {
      const removed = await tables.watches.remove(watch.channel, watch.project);
      if (!removed) return { kind: 'refused', noOp: true, refusal: notWatched(watch.project, context) };
      const line = ['watch', watch.project, ...(watch.notify ?? [])];
      const redo = commandLine(context.settings.commandPrefix, '/chatops', line);
      return { kind: 'done', card: renderUnwatched({ watch, redo }) };
    },
  };
}

/** Who set it up may always end it, and so may an admin: the project may be gone, or hidden from everybody. */
async function refuseRight(watch: Watch, context: CommandContext): Promise<Refusal | undefined> {
  const { slackUserId } = context.actor;
  if (watch.by.slackUserId === slackUserId || (await isAdmin(context))) return undefined;
  const found = await findWatchTarget(watch.project, notDone, context);
  return found.kind === 'refused' ? found.refusal : undefined;
}

function refuseMissing(project: string | undefined, here: readonly Watch[], context: CommandContext): CommandResult {
  const ofFile = project === undefined ? undefined : refuseOfFile(project, notDone, context);
  if (ofFile) return { kind: 'refused', refusal: ofFile, about: { project } };
  const [wider] = project === undefined ? [] : watchesOf(here, project);
  if (!wider) return { kind: 'refused', noOp: true, refusal: notWatched(project, context), about: {} };
  return {
    kind: 'refused',
    about: { project },
    refusal: {
      code: 'watched_as_group',
      notDone,
      fact: say`It is watched here as one of ${bold(wider.project)}.`,
      todo: [{ kind: 'type', line: typed('unwatch', wider.project, context) }],
    },
  };
}

function notWatched(project: string | undefined, context: CommandContext): Refusal {
  return {
    code: 'not_watched',
    notDone,
    fact:
      project === undefined
        ? say`Nobody has set up a watch in this channel.`
        : say`${bold(project.slice(0, 100))} is not watched in this channel.`,
    todo: [{ kind: 'type', line: commandLine(context.settings.commandPrefix, '/chatops', ['watch']) }],
  };
}

function whichOne(here: readonly Watch[]): Refusal {
  return {
    code: 'which_watch',
    notDone,
    fact: say`${here.length} are watched in this channel. Which one shall end?`,
    todo: here.slice(0, 10).map(({ project }) => ({
      kind: 'press',
      label: project,
      actionId: `run_command:${project}`.slice(0, 255),
      value: commandLine('', '/chatops', ['unwatch', project]),
    })),
  };
}
