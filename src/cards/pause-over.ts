import type { Operation, Pause } from '../domain/operation.ts';
import { bold, say, time } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** What told that a deploy waits, once it does not any more: one line without buttons. */
export function renderPauseOver({
  operation,
  reason,
  went,
  at,
}: {
  readonly operation: Operation;
  readonly reason: Pause['reason'];
  /** `out`: it ended while it waited. */
  readonly went: 'on' | 'out';
  readonly at: Date;
}): Card {
  const { release, environment } = operation;
  const what = reason === 'locked' ? 'a lock' : 'a freeze';
  const end = went === 'on' ? 'and went on' : 'and ended meanwhile';
  const said = say`The deploy of ${bold(release.version)} to ${bold(environment)} waited because of ${what}, ${end}, ${time(at)}.`;
  const { shape } = went === 'on' ? statuses.passed : statuses.canceled;
  return buildCard({ spoken: said, lines: [shaped(shape, said)] });
}
