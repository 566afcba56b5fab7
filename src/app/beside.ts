import type { AnswerDraft } from './store-ports.ts';

/** An answer beside the card, which stays as it is for everybody else. */
export function beside(to: AnswerDraft['to']): AnswerDraft['to'] {
  return to.kind === 'response_url' ? { ...to, replaceOriginal: false } : to;
}
