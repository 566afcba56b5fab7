import type { Operation } from '../domain/operation.ts';
import { code, link, type Phrase, plainText, say, time, user } from '../domain/phrase.ts';
import { type GitLabWait, waitedOperation } from '../domain/wait.ts';
import { buildCard, type Card } from './card.ts';
import { operationName } from './deed-words.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/**
 * Tells somebody who waited that GitLab answers again. A command that leads to a plan has a button that shows it to
 * them alone; a word on an approval counts at once, so it is typed again.
 */
export function renderGitLabBack(about: {
  readonly wait: GitLabWait;
  readonly commandPrefix: string;
  /** The deploy on which they pressed, and its message; undefined: they typed a command, or it is not known any more. */
  readonly pressed?: { readonly operation: Operation; readonly url: string } | undefined;
}): Card {
  const { wait, commandPrefix, pressed } = about;
  const { slackUserId, line, since } = wait;
  const said = say`${user(slackUserId)}, GitLab answers again.`;
  const isPress = waitedOperation(wait) !== undefined;
  const hasPlan = !isPress && !/^\/(?:approve|reject)(?: |$)/.test(line);
  return buildCard({
    spoken: said,
    lines: [
      shaped(statuses.passed.shape, said),
      say`You asked to be told ${time(since)}. Nothing was done meanwhile.`,
      ...(isPress ? pressLines(pressed) : [say`→ ${code(`/${commandPrefix}${line.slice(1)}`)}`]),
    ],
    buttons: hasPlan
      ? [
          {
            label: 'Show the plan',
            spoken: `Show the plan of ${line}`,
            actionId: `waited_plan:${slackUserId}`,
            value: line,
          },
        ]
      : [],
  });
}

function pressLines(pressed: { readonly operation: Operation; readonly url: string } | undefined): readonly Phrase[] {
  if (!pressed) return [];
  const { operation, url } = pressed;
  const name = operationName(operation);
  return operation.state === 'active'
    ? [say`→ Press again: ${link(plainText(name), url)}`]
    : [say`${name} has ended meanwhile: ${link('see how', url)}`];
}

/** What the person is told who asked to be told. */
export function renderGitLabWaitNoted(): Card {
  const said = say`I will tell you once, in this channel, when GitLab answers again.`;
  return buildCard({ spoken: said, lines: [shaped(statuses.pending.shape, said)] });
}
