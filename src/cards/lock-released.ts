import type { Lock } from '../domain/lock.ts';
import { join, type Phrase, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { lockPlace } from './lock-words.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** What the person is told who released locks. */
export function renderLockReleased({ locks }: { readonly locks: readonly Lock[] }): Card {
  const said: Phrase = say`Unlocked: ${join(locks.map(lockPlace), ', ')}.`;
  return buildCard({ spoken: said, lines: [shaped(statuses.passed.shape, said)] });
}
