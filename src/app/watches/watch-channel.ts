import { type HookState, renderWatching, renderWatchStarted } from '../../cards/watching.ts';
import { accessLevels } from '../../domain/actor.ts';
import { commandLine } from '../../domain/command-line.ts';
import { UsageError } from '../../domain/errors.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { bold, code, type Phrase, say } from '../../domain/phrase.ts';
import { defaultNotify, type NotifyKind, notifyKinds } from '../../domain/project.ts';
import { findProject } from '../../domain/reading.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Watch } from '../../domain/watch.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { listWatches } from './list-watches.ts';
import { refusePlace } from './watch-place.ts';
import { findWatchTarget, type WatchTarget } from './watch-target.ts';

const notDone = say`Nothing is watched.`;

/**
 * Makes the channel one of a project's channels: `words` are the project or `group/*` and the events, either of them
 * left out. Without any word, what the channel is told of now.
 */
export async function watchChannel(words: readonly string[], context: CommandContext): Promise<CommandResult> {
  if (words.length === 0) return listWatches(context);
  const { project, notify } = readWatch(words, context);
  const found = await findWatchTarget(project, notDone, context);
  if (found.kind === 'refused') return { kind: 'refused', refusal: found.refusal, about: {} };
  const { target } = found;
  const about = { project: target.project };
  const refusal = (await refusePlace(notDone, context)) ?? refuseOfFile(target.project, notDone, context);
  if (refusal) return { kind: 'refused', refusal, about };
  const hook = await readHook(target, context);
  return {
    kind: 'act',
    about,
    changesSettings: true,
    async apply(tables, now) {
      const before = await tables.watches.find(context.channel, target.project);
      const watch = toWatch({ target, notify, before, now }, context);
      const shown = { watch, notify: notify ?? defaultNotify, undo: typed('unwatch', target.project, context) };
      await tables.watches.put(watch);
      await tables.outbox.put(
        {
          key: `${watch.channel}/watch:${watch.project}/${now.getTime()}`,
          channel: watch.channel,
          rootKey: undefined,
          lane: 'answer',
          ...renderWatchStarted(shown),
        },
        now,
      );
      return { kind: 'done', card: renderWatching({ ...shown, changed: before !== undefined, hook }) };
    },
  };
}

/** Why nobody in Slack can change it: the file names this project with this channel, and wins. */
export function refuseOfFile(project: string, undone: Phrase, context: CommandContext): Refusal | undefined {
  const { settings, channel } = context;
  const rule = settings.rulesFor(project)?.channels.find(({ id }) => id === channel);
  if (!rule || rule.watch) return undefined;
  const place = settings.placeOf(project);
  return {
    code: 'channel_in_file',
    notDone: undone,
    fact: say`What this channel is told of ${bold(project)} is said in ${code(place)}.`,
    todo: [{ kind: 'say', phrase: say`Ask whoever runs this bot to change it there.` }],
  };
}

/** `/chatops unwatch acme/app`, as it is installed. */
export function typed(word: string, project: string, { settings }: Pick<CommandContext, 'settings'>): string {
  return commandLine(settings.commandPrefix, '/chatops', [word, project]);
}

function readWatch(
  words: readonly string[],
  { settings, here }: CommandContext,
): { readonly project: string; readonly notify: readonly NotifyKind[] | undefined } {
  const [first = '', ...rest] = words.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const isEvent = notifyKinds.some((kind) => kind === first.toLowerCase());
  const isProject = !isEvent || findProject(settings.projects, first) !== undefined;
  const project = isProject ? first : here?.path;
  if (project === undefined) {
    throw new UsageError('This channel has no project of its own.', { hint: 'Type: /chatops watch group/project' });
  }
  const events = (isProject ? rest : [first, ...rest]).map(readEvent);
  return { project, notify: events.length === 0 ? undefined : notifyKinds.filter((kind) => events.includes(kind)) };
}

function readEvent(word: string): NotifyKind {
  const kind = notifyKinds.find((each) => each === word.toLowerCase());
  if (kind) return kind;
  const near = didYouMean(word, notifyKinds);
  throw new UsageError(`I do not know the event ${word.slice(0, 40)}.`, {
    hint: near ? `Did you mean ${near}?` : `There are: ${notifyKinds.join(', ')}.`,
  });
}

function toWatch(
  about: {
    readonly target: WatchTarget;
    readonly notify: readonly NotifyKind[] | undefined;
    readonly before: Watch | undefined;
    readonly now: Date;
  },
  { channel, actor }: CommandContext,
): Watch {
  const { target, before } = about;
  return {
    channel,
    project: target.project,
    notify: about.notify,
    // A reporter who changes the events takes nothing away from what a maintainer set up.
    deployable: target.accessLevel >= accessLevels.maintainer || before?.deployable === true,
    by: { slackUserId: actor.slackUserId, username: actor.gitlab?.username ?? '' },
    since: before?.since ?? about.now,
  };
}

async function readHook({ kind, project, ref }: WatchTarget, { gitlab, settings }: CommandContext): Promise<HookState> {
  if (kind === 'group') return 'group';
  if (settings.rulesFor(project)?.events === 'poll') return 'polled';
  const urls = await gitlab.hookUrls(ref.id);
  if (!urls) return 'unseen';
  return urls.some((url) => url.replace(/\/+$/, '').endsWith('/gitlab/webhook')) ? 'present' : 'missing';
}
