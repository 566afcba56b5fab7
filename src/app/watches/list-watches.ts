import { renderWatches, type WatchedHere } from '../../cards/watches.ts';
import { commandLine } from '../../domain/command-line.ts';
import { say } from '../../domain/phrase.ts';
import { defaultNotify } from '../../domain/project.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { refuseStranger } from './watch-target.ts';

/** What the channel is told of, whether the file says so or somebody watches it. */
export async function listWatches(context: CommandContext): Promise<CommandResult> {
  const { settings, channel, tables } = context;
  const refusal = refuseStranger(say`Nothing is shown.`, context);
  if (refusal) return { kind: 'refused', refusal, about: {} };
  const ofFile = settings.projects.flatMap(({ path, channels }): readonly WatchedHere[] => {
    const rule = channels.find(({ id, watch }) => id === channel && !watch);
    return rule ? [{ project: path, notify: rule.notify, from: { kind: 'file', place: settings.placeOf(path) } }] : [];
  });
  const ofPeople = (await tables.watches.all())
    .filter((watch) => watch.channel === channel && !ofFile.some(({ project }) => project === watch.project))
    .map(
      ({ project, notify, by, since, deployable }): WatchedHere => ({
        project,
        notify: notify ?? defaultNotify,
        from: { kind: 'watch', by: by.username, since, deployable },
      }),
    );
  const add = commandLine(settings.commandPrefix, '/chatops', ['watch', 'group/project', ...defaultNotify.slice(0, 2)]);
  return { kind: 'answer', about: {}, card: renderWatches({ watched: [...ofFile, ...ofPeople], add }) };
}
