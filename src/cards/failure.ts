import { join, type Phrase, say } from '../domain/phrase.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

/** What is known of a system fault: ours, GitLab's or Slack's. Plain words are literal text. */
export interface Failure {
  readonly code: string;
  readonly notDone: Phrase | string;
  readonly fact?: Phrase | string | undefined;
  /** One thing to do about it; may be empty. */
  readonly hint: Phrase | string;
  /** A request left and nobody knows what became of it. */
  readonly mayHaveStarted: boolean;
  readonly buttons?: readonly CardButton[] | undefined;
}

/** A fault, not a refusal: what was not done, why, what to do, and whether anything was changed. */
export function renderFailure({ code, notDone, fact = '', hint, mayHaveStarted, buttons }: Failure): Card {
  const end = mayHaveStarted ? say`The job may have started, checking.` : say`Nothing was changed.`;
  const [what, why, todo] = [
    asPhrase(notDone),
    asPhrase(typeof fact === 'string' ? asSentence(fact) : fact),
    asPhrase(hint),
  ];
  return buildCard({
    spoken: join([what, why, todo, end].filter(isSaid), ' '),
    lines: [shaped(shapes.warning, what), join([why, todo].filter(isSaid), ' '), end],
    buttons,
    small: `Code: ${code}`,
  });
}

/** The message of an error ends without a full stop. */
function asSentence(fact: string): string {
  return fact === '' || /[.!?]$/.test(fact) ? fact : `${fact}.`;
}

function asPhrase(words: Phrase | string): Phrase {
  return typeof words === 'string' ? [words] : words;
}

function isSaid(phrase: Phrase): boolean {
  return phrase.some((segment) => segment !== '');
}
