import type { Actor } from '../domain/actor.ts';
import type { Job } from '../domain/job.ts';
import { bold, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { jobLink, versionOf } from './pipeline-words.ts';
import { statuses } from './status.ts';
import { actorName } from './step-words.ts';

/** Somebody had a failed job run again from Slack. */
export function renderJobRetried({
  pipeline,
  job,
  by,
}: {
  readonly pipeline: Pipeline;
  /** The new instance. */
  readonly job: Job;
  readonly by: Actor;
}): Card {
  const said = say`${actorName(by)} runs ${bold(job.name)} of ${bold(versionOf(pipeline))} again.`;
  return buildCard({ spoken: said, lines: [shaped(statuses.running.shape, say`${said} ${jobLink(job, pipeline)}`)] });
}
