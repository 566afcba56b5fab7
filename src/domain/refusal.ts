import type { Phrase } from './phrase.ts';

/** One thing to do next: a line to copy and type, a button, or a page to open. */
export type Todo =
  | { readonly kind: 'say'; readonly phrase: Phrase }
  | { readonly kind: 'type'; readonly line: string }
  | { readonly kind: 'open'; readonly label: string; readonly url: string }
  | { readonly kind: 'press'; readonly label: string; readonly actionId: string; readonly value: string };

/**
 * What a person is told when something is not done. One shape for all: what did not happen, the fact with names and
 * absolute times, one thing to do (a few buttons count as one when they are a choice), and a small code.
 */
export interface Refusal {
  readonly code: string;
  readonly notDone: Phrase;
  readonly fact: Phrase;
  readonly todo: readonly Todo[];
}
