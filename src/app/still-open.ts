import type { AnswerDraft } from './store-ports.ts';

/** Slack takes answers at a `response_url` for 30 minutes. */
export const responseUrlLifeMs = 29 * 60_000;

/** Whether an answer still arrives there, so long after somebody typed or pressed what it answers. */
export function isStillOpen(to: AnswerDraft['to'], ageMs: number): boolean {
  return to.kind !== 'response_url' || ageMs < responseUrlLifeMs;
}
