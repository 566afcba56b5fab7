import type { Lock } from '../domain/lock.ts';
import { bold, code, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { lockPlace, lockTerms } from './lock-words.ts';

const shown = 8;

/** The locks of a project, with Unlock buttons for those that this person may release. */
export function renderLocks(about: {
  readonly project: string;
  readonly locks: readonly { readonly lock: Lock; readonly unlock: string | undefined }[];
  /** As it is typed here: `/lock acme/app:production reason`. */
  readonly add: string;
}): Card {
  const { project, locks, add } = about;
  const count = locks.length === 1 ? '1 lock' : `${locks.length} locks`;
  const said = locks.length === 0 ? say`Nothing is locked in ${bold(project)}.` : say`${count} in ${bold(project)}.`;
  const more = locks.length - shown;
  return buildCard({
    spoken: said,
    lines: [
      said,
      ...locks.slice(0, shown).map(({ lock }) => say`• ${lockPlace(lock)}, ${lockTerms(lock)}`),
      ...(more > 0 ? [say`… and ${more} more.`] : []),
      say`${code(add)} takes one.`,
    ],
    buttons: locks.slice(0, shown).flatMap(({ lock, unlock }) => {
      // A person's may stand beside it.
      const label = `Unlock ${lock.environment ?? 'all'}${lock.holder === 'chatops' ? ' (bot)' : ''}`;
      return unlock === undefined
        ? []
        : [{ label, spoken: `${label} of ${project}`, actionId: 'run_command:unlock', value: unlock }];
    }),
  });
}
