import type { Job } from '../domain/job.ts';
import type { Mention } from '../domain/mention.ts';
import { bold, code, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { buildCard, type Card } from './card.ts';
import { failureReason } from './failure-reason.ts';
import { retryButton, showLogButton } from './job-buttons.ts';
import { mentionLine, spokenMention } from './mention.ts';
import { shaped } from './phrase-blocks.ts';
import { commitLine, jobLink, versionOf } from './pipeline-words.ts';
import { statuses } from './status.ts';

/** A job failed, and was not allowed to: which, why, and the end of its log. */
export function renderJobFailed({
  pipeline,
  job,
  excerpt,
  mention,
}: {
  readonly pipeline: Pipeline;
  readonly job: Job;
  /** The lines of the log that tell most, cleaned and redacted. */
  readonly excerpt: readonly string[] | undefined;
  readonly mention?: Mention | undefined;
}): Card {
  const version = versionOf(pipeline);
  const reason = failureReason(job.failureReason);
  return buildCard({
    spoken: say`${job.name} failed in stage ${job.stage} of ${version} (${pipeline.project.path}). ${reason}${spokenMention(mention)}`,
    lines: [
      shaped(statuses.failed.shape, say`${bold(job.name)} failed in stage ${code(job.stage)} of ${bold(version)}.`),
      say`${reason} ${jobLink(job, pipeline)}`,
      commitLine(pipeline),
      mentionLine(mention),
    ],
    excerpt,
    buttons: [showLogButton(pipeline.project.id, job), retryButton(pipeline.project.id, job)],
  });
}
