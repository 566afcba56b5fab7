import type { Job } from '../domain/job.ts';
import type { Mention } from '../domain/mention.ts';
import { bold, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { PipelineReport } from '../domain/test-report.ts';
import { buildCard, type Card } from './card.ts';
import { mentionLine, spokenMention } from './mention.ts';
import { shaped } from './phrase-blocks.ts';
import { failureLines, firstFailure } from './pipeline-failed.ts';
import { versionOf } from './pipeline-words.ts';
import { reportLines } from './report-lines.ts';
import { statuses } from './status.ts';

/** A branch that was broken before failed again. */
export function renderStillFailing({
  pipeline,
  jobs,
  report,
  mention,
}: {
  readonly pipeline: Pipeline;
  readonly jobs: readonly Job[];
  readonly report?: PipelineReport | undefined;
  readonly mention?: Mention | undefined;
}): Card {
  const version = versionOf(pipeline);
  const cause = firstFailure(jobs);
  return buildCard({
    spoken: say`${version} is still failing in ${pipeline.project.path}: its newest pipeline failed${cause}.${spokenMention(mention)}`,
    lines: [
      shaped(statuses.failed.shape, say`${bold(version)} is still failing: its newest pipeline failed${cause}.`),
      ...failureLines(pipeline, jobs),
      ...reportLines(report),
      mentionLine(mention),
    ],
  });
}
