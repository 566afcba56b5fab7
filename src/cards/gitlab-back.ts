import { code, say, time, user } from '../domain/phrase.ts';
import type { GitLabWait } from '../domain/wait.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { statuses } from './status.ts';

/**
 * Tells somebody who waited that GitLab answers again. A command that leads to a plan has a button that shows it to
 * them alone; a word on an approval counts at once, so it is typed again.
 */
export function renderGitLabBack(about: { readonly wait: GitLabWait; readonly commandPrefix: string }): Card {
  const { slackUserId, line, since } = about.wait;
  const said = say`${user(slackUserId)}, GitLab answers again.`;
  const hasPlan = !/^\/(?:approve|reject)(?: |$)/.test(line);
  return buildCard({
    spoken: said,
    lines: [
      shaped(statuses.passed.shape, said),
      say`You asked to be told ${time(since)}. Nothing was done meanwhile.`,
      say`→ ${code(`/${about.commandPrefix}${line.slice(1)}`)}`,
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

/** What the person is told who asked to be told. */
export function renderGitLabWaitNoted(): Card {
  const said = say`I tell you in this channel, once, when GitLab answers again.`;
  return buildCard({ spoken: said, lines: [shaped(statuses.pending.shape, said)] });
}
