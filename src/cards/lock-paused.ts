import type { Lock } from '../domain/lock.ts';
import type { Operation } from '../domain/operation.ts';
import { say } from '../domain/phrase.ts';
import { buildCard, type Card, target } from './card.ts';
import { lockPlace, lockTerms } from './lock-words.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';
import { actorName } from './step-words.ts';

/** A deploy waits since somebody locked its environment after it was confirmed. */
export function renderLockPaused({ operation, lock }: { readonly operation: Operation; readonly lock: Lock }): Card {
  const { requester, release, environment } = operation;
  const said = say`${actorName(requester)}, the deploy of ${release.version} waits: ${lockPlace(lock)} is locked, ${lockTerms(lock)}`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(statuses.waiting.shape, said),
      say`It goes on by itself when the lock is released within half an hour, and ends otherwise.`,
    ],
    buttons: [
      {
        label: 'Cancel',
        spoken: `Cancel the deploy of ${target(release.version, environment)}`,
        actionId: 'operation_cancel',
        value: operation.id,
      },
    ],
  });
}
