import type { Operation } from '../domain/operation.ts';
import { bold, link, type Phrase, say } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { operationStatus } from './operation.ts';
import { operationEffect } from './operation-effect.ts';
import { shaped } from './phrase-blocks.ts';
import { actorName } from './step-words.ts';

/** How a deed stands, in one line, where it was asked for; the rest is told in the project's own channel. */
export function renderAskedLine({
  operation,
  threadUrl,
}: {
  readonly operation: Operation;
  /** Of the message under which it is told. */
  readonly threadUrl: string;
}): Card {
  const { shape, word } = operationStatus(operation);
  const said = say`${name(operation)}, asked by ${actorName(operation.requester)}: ${word}.`;
  const effect: Phrase = operation.state === 'active' ? [] : say` ${operationEffect(operation)}`;
  return buildCard({
    spoken: [...said, ...effect],
    lines: [
      shaped(shape, [
        ...said,
        ...effect,
        ...say` ${link('Follow the thread', threadUrl)} in `,
        { kind: 'channel', channelId: operation.channel },
      ]),
    ],
  });
}

function name({ kind, environment, release, project }: Operation): Phrase {
  const deed =
    kind === 'rollback'
      ? say`Rollback of ${bold(environment)} to ${bold(release.version)}`
      : say`${bold(release.version)} to ${bold(environment)}`;
  return say`${deed} of ${project.path}`;
}
