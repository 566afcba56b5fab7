import type { Job } from '../domain/job.ts';
import type { Mention } from '../domain/mention.ts';
import { bold, code, type Phrase, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { PipelineReport } from '../domain/test-report.ts';
import { buildCard, type Card } from './card.ts';
import { failureReason } from './failure-reason.ts';
import { mentionLine, spokenMention } from './mention.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { commitLine, jobLink, pipelineLink, pipelineNoun, versionOf } from './pipeline-words.ts';
import { reportLines } from './report-lines.ts';
import { statuses } from './status.ts';

/** A pipeline failed: ref, stage, job and page of the job that failed first, and how many more did. */
export function renderPipelineFailed({
  pipeline,
  jobs,
  report,
  mention,
}: {
  readonly pipeline: Pipeline;
  /** Those that made it fail, in the order they ended. */
  readonly jobs: readonly Job[];
  readonly report?: PipelineReport | undefined;
  readonly mention?: Mention | undefined;
}): Card {
  const version = versionOf(pipeline);
  const cause = firstFailure(jobs);
  return buildCard({
    spoken: say`The ${pipelineNoun(pipeline)} of ${version} failed in ${pipeline.project.path}${cause}.${spokenMention(mention)}`,
    lines: [
      shaped(statuses.failed.shape, say`The ${pipelineNoun(pipeline)} of ${bold(version)} failed${cause}.`),
      ...failureLines(pipeline, jobs),
      ...reportLines(report),
      mentionLine(mention),
    ],
  });
}

/** Where it failed, to put behind "failed": ` at unit-tests, stage test, and 2 more`. Empty where no job failed. */
export function firstFailure(jobs: readonly Job[]): Phrase {
  const [first] = jobs;
  if (!first) return [];
  const rest = jobs.length > 1 ? `, and ${jobs.length - 1} more` : '';
  return say` at ${bold(first.name)}, stage ${code(first.stage)}${rest}`;
}

/** Below the first line of a failed pipeline: why, where to look, and whose commit it was. */
export function failureLines(pipeline: Pipeline, jobs: readonly Job[]): readonly Line[] {
  const [first] = jobs;
  return [
    first
      ? say`${failureReason(first.failureReason)} ${jobLink(first, pipeline)}`
      : say`No job failed in it: a child pipeline or the CI configuration may be the cause. ${pipelineLink(pipeline)}`,
    commitLine(pipeline),
  ];
}
