import type { Actor } from '../domain/actor.ts';
import type { Operation } from '../domain/operation.ts';
import { bold, type Phrase, say, time } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';
import { actorName } from './step-words.ts';

/** The question whether to promote, once it was answered: one line without buttons. */
export function renderPromoteAnswered({
  operation,
  answer,
  by,
  at,
}: {
  readonly operation: Operation;
  readonly answer: 'promoted' | 'stopped';
  /** Undefined: somebody pressed the job in GitLab instead. */
  readonly by: Actor | undefined;
  readonly at: Date;
}): Card {
  const version = bold(operation.release.version);
  const environment = bold(operation.environment);
  const said = tell();
  const { shape } = answer === 'promoted' ? statuses.passed : statuses.canceled;
  return buildCard({ spoken: said, lines: [shaped(shape, said)] });

  function tell(): Phrase {
    if (!by) return say`${version} goes on to ${environment}: its job was started in GitLab, ${time(at)}.`;
    return answer === 'promoted'
      ? say`${actorName(by)} promoted ${version} to ${environment}, ${time(at)}.`
      : say`${actorName(by)} stopped ${version} before ${environment}, ${time(at)}.`;
  }
}
