import type { Lock } from '../domain/lock.ts';
import type { Operation } from '../domain/operation.ts';
import { bold, say, user } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { actorName } from './step-words.ts';

/** Tells the holder of a lock that a rollback passes it, and that it stays. Empty where the bot holds it. */
export function renderLockPassed({ operation, lock }: { readonly operation: Operation; readonly lock: Lock }): Card {
  const { requester, environment, release } = operation;
  const called = lock.holder === 'chatops' ? [] : say`${user(lock.holder.slackUserId)}, `;
  const said = say`${called}${actorName(requester)} rolls ${bold(environment)} back to ${release.version} although it is locked. The lock stays.`;
  return buildCard({ spoken: said, lines: [said] });
}
