import { bold, code, join, type Phrase, say, time } from '../domain/phrase.ts';
import type { NotifyKind } from '../domain/project.ts';
import { buildCard, type Card } from './card.ts';

/** One project or pattern that a channel is told of. */
export interface WatchedHere {
  readonly project: string;
  readonly notify: readonly NotifyKind[];
  readonly from:
    | { readonly kind: 'file'; readonly place: string }
    | { readonly kind: 'watch'; readonly by: string; readonly since: Date; readonly deployable: boolean };
}

const shown = 9;

/** What a channel is told of, since when, by whom. */
export function renderWatches({
  watched,
  add,
}: {
  readonly watched: readonly WatchedHere[];
  readonly add: string;
}): Card {
  const said =
    watched.length === 0
      ? say`This channel is told of no project.`
      : say`This channel is told of ${watched.length} ${watched.length === 1 ? 'project' : 'projects'}.`;
  const more = watched.length - shown;
  return buildCard({
    spoken: said,
    lines: [
      said,
      ...watched.slice(0, shown).map(line),
      ...(more > 0 ? [say`… and ${more} more.`] : []),
      say`${code(add)} adds one, or changes its events.`,
    ],
  });
}

function line({ project, notify, from }: WatchedHere): Phrase {
  const events = join(notify, ', ');
  if (from.kind === 'file') return say`• ${bold(project)}: ${events} · ${code(from.place)}`;
  const only = from.deployable ? '' : ', notices only';
  return say`• ${bold(project)}: ${events} · since ${time(from.since)}, by ${code(`@${from.by}`)}${only}`;
}
