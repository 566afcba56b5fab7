import type { Lock } from '../domain/lock.ts';
import { say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { lockPlace, lockTerms } from './lock-words.ts';
import { shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

/** Asks whether another's lock is really to be taken over; `steal` is the command that does it. */
export function renderStealQuestion({ lock, steal }: { readonly lock: Lock; readonly steal: string }): Card {
  const said = say`Take over the lock on ${lockPlace(lock)}?`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.question, said),
      say`It is held ${lockTerms(lock)}`,
      say`Whoever holds it is told. Nothing happens until you press Take it over.`,
    ],
    buttons: [
      {
        label: 'Take it over',
        spoken: `Take over the lock on ${lock.environment ?? lock.project.path}`,
        actionId: 'run_command:steal',
        value: steal,
        style: 'danger',
      },
    ],
  });
}
