import type { Person } from '../domain/actor.ts';
import type { Job } from '../domain/job.ts';
import { bold, code, type Phrase, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { versionOf } from './pipeline-words.ts';
import { statuses } from './status.ts';

/** The one line that a gate's card becomes when nobody has to press it any more. */
export function renderGateLeft({
  pipeline,
  job,
  by,
}: {
  readonly pipeline: Pipeline;
  /** As it is now. */
  readonly job: Job;
  /** Who started it, if known. */
  readonly by: Person | undefined;
}): Card {
  const said = tell(job, by);
  const version = bold(versionOf(pipeline));
  const shape = job.status === 'canceled' || job.status === 'skipped' ? statuses.canceled.shape : statuses.passed.shape;
  return buildCard({
    spoken: say`${version}: ${said}`,
    lines: [shaped(shape, say`${version}: ${said}`)],
  });
}

function tell(job: Job, by: Person | undefined): Phrase {
  const name = code(job.name);
  if (job.status === 'canceled' || job.status === 'skipped')
    return say`${name} waits for nobody any more, it was ${job.status}.`;
  return by ? say`${name} was started by ${literal(by.name, 60)}.` : say`${name} was started.`;
}
