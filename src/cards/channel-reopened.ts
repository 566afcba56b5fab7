import { code, say, time } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

/** A channel takes our messages again: since when they are missing, and that what comes now shows the present. */
export function renderChannelReopened(about: {
  readonly channel: string;
  /** Slack's error code of before. */
  readonly code: string;
  readonly since: Date;
}): Card {
  const channel = { kind: 'channel', channelId: about.channel } as const;
  const said: Line = ['I can post in ', channel, ' again.'];
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.late, said),
      say`I could not since ${time(about.since)} (${code(about.code)}). What waited is sent now: each thread shows how things stand, its older replies come late.`,
    ],
  });
}
