import { code, say, time } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

/** The answer to what was typed while the bot was down: it is never carried out late. */
export function renderAway({
  typed,
  at,
}: {
  /** The command as typed, or the label of the button pressed. */
  readonly typed: string;
  readonly at: Date;
}): Card {
  const said = say`I was away, nothing was done.`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.late, say`${said} You asked ${time(at)}.`),
      say`If you still want it, ask again: ${code(typed)}`,
    ],
  });
}
