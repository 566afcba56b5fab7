import type { FreezeWindow } from '../domain/freeze.ts';
import type { Operation } from '../domain/operation.ts';
import { bold, say, time } from '../domain/phrase.ts';
import { buildCard, type Card, target } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';
import { actorName } from './step-words.ts';

/** A deploy waits since a freeze began after it was confirmed. */
export function renderFreezePaused({
  operation,
  freeze,
}: {
  readonly operation: Operation;
  readonly freeze: FreezeWindow;
}): Card {
  const { requester, release, environment } = operation;
  const whose = freeze.source === 'gitlab' ? ' by a deploy freeze in GitLab' : '';
  const said = say`${actorName(requester)}, the deploy of ${release.version} waits: ${bold(environment)} is frozen${whose} since ${time(freeze.from)}, until ${time(freeze.to)}.`;
  return buildCard({
    spoken: said,
    lines: [
      shaped(statuses.waiting.shape, said),
      say`It goes on by itself when the freeze ends within half an hour of its last step, and ends otherwise.`,
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
