import type { Actor } from '../domain/actor.ts';
import { bold, join, link, type Phrase, say, time } from '../domain/phrase.ts';
import { pipelineOf, type Task } from '../domain/task.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { shapes, statuses } from './status.ts';
import { actorName } from './step-words.ts';
import { taskDeed, taskName } from './task-words.ts';

/** What was done for somebody, for the thread of its pipeline. */
export function renderTaskTold({
  task,
  by,
  ended,
  pipeline,
}: {
  readonly task: Task;
  readonly by: Actor;
  readonly ended: {
    /** GitLab did not answer at first, and it was looked for. */
    readonly found: boolean;
    /** Our own variable was not taken. */
    readonly withoutOurs?: boolean | undefined;
  };
  /** Where it was done, or the one that was made. */
  readonly pipeline: { readonly id: number; readonly url: string };
}): Card {
  const said = say`${actorName(by)} ${taskDeed(task)}.`;
  const notes = [
    ...(ended.found ? [say`GitLab did not answer at first; it has happened.`] : []),
    ...(ended.withoutOurs ? [say`GitLab takes no variables there, so it does not know in whose name.`] : []),
    ...(task.kind === 'run' && task.deploy
      ? [say`Its deploy to ${bold(literal(task.deploy.environment, 60))} follows.`]
      : []),
  ];
  return buildCard({
    spoken: join([said, ...notes], ' '),
    lines: [shaped(statuses.running.shape, said), ...notes, page(task, pipeline)],
  });
}

/** How a task stands, for the asker alone. `url`: the thread that tells it. */
export function renderTaskDone({ task, threadUrl }: { readonly task: Task; readonly threadUrl: string }): Card {
  const said = say`Done: you ${taskDeed(task)}.`;
  return buildCard({
    spoken: said,
    lines: [shaped(statuses.passed.shape, say`${said} ${link('Follow the thread', threadUrl)}`)],
  });
}

/** GitLab did not say whether it did it. */
export function renderTaskUnknown({ task }: { readonly task: Task }): Card {
  const said = say`GitLab did not answer: ${taskName(task)} may have begun. I look, and tell you here what came of it.`;
  return buildCard({ spoken: said, lines: [shaped(shapes.warning, said)] });
}

/** It was looked for, and nobody can tell. */
export function renderTaskLost({
  task,
  calledAt,
  projectUrl,
}: {
  readonly task: Task;
  readonly calledAt: Date;
  readonly projectUrl: string;
}): Card {
  const what = say`I cannot find out what became of this: ${taskName(task)}.`;
  const asked = say`GitLab was asked at ${time(calledAt)} and did not answer. I do not ask again by myself.`;
  const url = pipelineOf(task)?.url ?? `${projectUrl}/-/pipelines`;
  return buildCard({
    spoken: say`${what} ${asked}`,
    lines: [shaped(shapes.stuck, what), asked, say`→ ${link('Look in GitLab before you ask again', url)}`],
    small: 'Code: outcome_unknown',
  });
}

function page(task: Task, pipeline: { readonly id: number; readonly url: string }): Phrase {
  const url = task.kind === 'play' ? task.job.url : undefined;
  return url === undefined ? [link(`Pipeline #${pipeline.id}`, pipeline.url)] : [link('Open the job', url)];
}
