import type { Job } from '../domain/job.ts';
import { bold, code, say } from '../domain/phrase.ts';
import type { ProjectRef } from '../domain/project.ts';
import type { Card } from './card.ts';
import { type Line, renderLines, renderText, shaped } from './phrase-blocks.ts';
import { jobStatus } from './status.ts';

/** Slack refuses messages somewhat above 13 000 characters of blocks: the log gets what the rest can do without. */
const maxLogSize = 8_000;

/** The end of a job's log, for the person who asked, with the way to all of it. */
export function renderJobLog({
  project,
  job,
  lines,
}: {
  readonly project: ProjectRef;
  readonly job: Job;
  /** Cleaned and with secrets masked; empty where GitLab has no log. */
  readonly lines: readonly string[];
}): Card {
  const { shape, word } = jobStatus(job);
  const shown = fitting(lines);
  const what =
    shown.length > 0
      ? say`The end of the log of ${bold(job.name)} (${word}), stage ${code(job.stage)} of ${project.path}.`
      : say`GitLab has no log of ${bold(job.name)} (${word}), stage ${code(job.stage)} of ${project.path}: the job has not written any, or it was erased.`;
  const url = job.url ?? `${project.url}/-/jobs/${job.id}`;
  const open: Line = [{ kind: 'link', text: shown.length > 0 ? 'Open the whole log' : 'Open the job', url }];
  return { text: renderText(what), blocks: [renderLines([shaped(shape, what), open], shown)] };
}

/** The last lines that Slack takes in one message, as they are sent: quotes and backslashes count twice. */
function fitting(lines: readonly string[]): readonly string[] {
  let left = maxLogSize;
  const shown = lines.findLastIndex((line) => {
    left -= JSON.stringify(line).length;
    return left < 0;
  });
  return lines.slice(shown + 1);
}
