import { bold, say, time, user } from '../domain/phrase.ts';
import type { Wait } from '../domain/wait.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/** Tells somebody who waited that an environment is free, with a button that shows their plan again to them alone. */
export function renderEnvironmentFree({ wait }: { readonly wait: Wait }): Card {
  const { project, environment, slackUserId, line, since } = wait;
  const said = say`${user(slackUserId)}, ${bold(environment)} of ${bold(project.path)} is free for you now.`;
  return buildCard({
    spoken: said,
    lines: [shaped(statuses.passed.shape, said), say`You asked to be told ${time(since)}.`],
    buttons: [
      {
        label: 'Show the plan',
        spoken: `Show the plan of ${line}`,
        actionId: `waited_plan:${slackUserId}`,
        value: line,
      },
    ],
  });
}

/** What the person is told who asked to be told. */
export function renderWaitNoted({ wait }: { readonly wait: Wait }): Card {
  const said = say`I will tell you once, in the project's channel, when ${bold(wait.environment)} is free.`;
  return buildCard({ spoken: said, lines: [shaped(statuses.pending.shape, said)] });
}
