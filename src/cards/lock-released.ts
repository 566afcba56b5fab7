import type { Lock } from '../domain/lock.ts';
import { join, type Phrase, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { lockPlace } from './lock-words.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** What the person is told who released locks; `deploy` is the deploy that the lock was in the way of. */
export function renderLockReleased({
  locks,
  deploy,
}: {
  readonly locks: readonly Lock[];
  readonly deploy?: string | undefined;
}): Card {
  const said: Phrase = say`Unlocked: ${join(locks.map(lockPlace), ', ')}.`;
  return buildCard({
    spoken: said,
    lines: [shaped(statuses.passed.shape, said), ...(deploy === undefined ? [] : [say`Now it can be deployed there.`])],
    buttons:
      deploy === undefined
        ? []
        : [
            {
              label: 'Show the plan',
              spoken: `Show the plan of ${deploy}`,
              actionId: 'run_command:deploy',
              value: deploy,
            },
          ],
  });
}
