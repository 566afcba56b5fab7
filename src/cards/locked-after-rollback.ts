import type { Lock } from '../domain/lock.ts';
import { say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { lockPlace, lockReason } from './lock-words.ts';

/** After a rollback: the environment is locked, so that the bad version is not deployed again unseen. */
export function renderLockedAfterRollback({ lock, unlock }: { readonly lock: Lock; readonly unlock: string }): Card {
  const said = say`Locked: ${lockPlace(lock)}. ${lockReason(lock)}.`;
  return buildCard({
    spoken: said,
    lines: [said, say`Nobody deploys there until a maintainer unlocks it.`],
    buttons: [
      {
        label: 'Unlock',
        spoken: `Unlock ${lock.environment ?? lock.project.path}`,
        actionId: 'run_command:unlock',
        value: unlock,
      },
    ],
  });
}
