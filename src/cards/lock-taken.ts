import type { Lock } from '../domain/lock.ts';
import { code, say, time } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { lockPlace } from './lock-words.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** What the person is told who took a lock. */
export function renderLockTaken({
  lock,
  undo,
}: {
  readonly lock: Lock;
  /** As it is typed here: `/unlock acme/app:production`. */
  readonly undo: string;
}): Card {
  const until = lock.until ? say` until ${time(lock.until)}` : say` until you release it`;
  const said = say`You hold ${lockPlace(lock)}${until}: nobody else deploys there.`;
  return buildCard({
    spoken: said,
    lines: [shaped(statuses.passed.shape, said), say`${code(undo)} releases it. It is told in the project's channel.`],
  });
}
