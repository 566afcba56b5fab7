import { bold, code, join, type Phrase, say } from '../domain/phrase.ts';
import type { NotifyKind } from '../domain/project.ts';
import type { Watch } from '../domain/watch.ts';
import { buildCard, type Card } from './card.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { shapes, statuses } from './status.ts';

/** Whether news of a project can come by webhook. `unseen`: the bot's token may not look. */
export type HookState = 'present' | 'missing' | 'unseen' | 'polled' | 'group';

/** What the person is told who watches a project in a channel. */
export function renderWatching(about: {
  readonly watch: Watch;
  readonly notify: readonly NotifyKind[];
  readonly changed: boolean;
  readonly hook: HookState;
  /** As it is typed here: `/chatops unwatch acme/app`. */
  readonly undo: string;
}): Card {
  const { watch, notify, changed, hook, undo } = about;
  const said = changed
    ? say`This channel is now told of other events of ${bold(watch.project)}: ${words(notify)}.`
    : say`This channel is told of ${bold(watch.project)} from now on: ${words(notify)}.`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(statuses.passed.shape, said),
      watch.deployable
        ? say`It can be deployed from here, by whoever may.`
        : say`Notices only: a maintainer of it who types the same makes it deployable from here.`,
      hookLine(hook),
      say`I have posted a test message here. ${code(undo)} ends it.`,
    ],
  });
}

/** The test message in the channel, which tells everybody who set it up. */
export function renderWatchStarted(about: {
  readonly watch: Watch;
  readonly notify: readonly NotifyKind[];
  readonly undo: string;
}): Card {
  const { watch, notify, undo } = about;
  const said = say`${code(`@${watch.by.username}`)} has this channel told of ${bold(watch.project)}: ${words(notify)}.`;
  return buildCard({ spoken: said, lines: [said, say`${code(undo)} ends it.`] });
}

/** What the person is told who ended a watch. */
export function renderUnwatched({ watch, redo }: { readonly watch: Watch; readonly redo: string }): Card {
  const said = say`This channel is told of ${bold(watch.project)} no more.`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(statuses.passed.shape, said),
      say`Threads that are here stay as they are. ${code(redo)} brings it back.`,
    ],
  });
}

function words(notify: readonly NotifyKind[]): Phrase {
  return join(notify, ', ');
}

function hookLine(hook: HookState): Line {
  switch (hook) {
    case 'present':
      return say`Its webhook to this bot is there.`;
    case 'polled':
      return say`It is polled, and needs no webhook.`;
    case 'missing':
      return shaped(
        shapes.warning,
        say`It has no webhook to this bot, so news comes late, by polling: run ${code('chatops init')} for it.`,
      );
    case 'unseen':
      return say`Whether it has a webhook to this bot cannot be seen with its token: run ${code('chatops init')} for it if news comes late.`;
    case 'group':
      return say`Each project needs a webhook to this bot, or the group one: run ${code('chatops init')} where news comes late.`;
  }
}
