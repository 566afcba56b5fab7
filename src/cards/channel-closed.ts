import { code, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

/** A channel takes no messages of ours any more: what waits there, and what mends it. */
export function renderChannelClosed(about: {
  readonly channel: string;
  /** Slack's error code. */
  readonly code: string;
  readonly mend: string;
}): Card {
  const channel = { kind: 'channel', channelId: about.channel } as const;
  const said: Line = ['I cannot post in ', channel, ...say` (${code(about.channel)}): ${code(about.code)}.`];
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.warning, said),
      [about.mend],
      say`Its messages wait. I try one every ten minutes; when it arrives the others follow, as things stand then.`,
    ],
  });
}
