import type { Job } from '../domain/job.ts';
import { bold, type Phrase, say } from '../domain/phrase.ts';
import { openGates, type Pipeline } from '../domain/pipeline.ts';
import type { PipelineReport } from '../domain/test-report.ts';
import { buildCard, type Card } from './card.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { commitLine, nameJobs, pipelineDuration, pipelineLink, versionOf } from './pipeline-words.ts';
import { reportLines } from './report-lines.ts';
import { pipelineStatus, statuses } from './status.ts';

/** A pipeline passed, which is not the same as deployed: what still waits for somebody to press it is named. */
export function renderPipelineSucceeded({
  pipeline,
  report,
}: {
  readonly pipeline: Pipeline;
  readonly report?: PipelineReport | undefined;
}): Card {
  const version = versionOf(pipeline);
  const status = pipelineStatus(pipeline);
  const word = status === statuses.warnings ? status.word : statuses.passed.word;
  const duration = pipelineDuration(pipeline);
  const took = duration === undefined ? [] : [` in ${duration}`];
  const left = leftToPress(pipeline);
  return buildCard({
    spoken: say`The pipeline of ${version} ${word} in ${pipeline.project.path}. ${left}`,
    lines: [
      shaped(
        status === statuses.warnings ? status.shape : statuses.passed.shape,
        say`The pipeline of ${bold(version)} ${word}${took}.`,
      ),
      left,
      allowedFailures(pipeline.jobs),
      ...reportLines(report),
      say`${commitLine(pipeline)} · ${pipelineLink(pipeline)}`,
    ],
  });
}

function leftToPress(pipeline: Pipeline): Phrase {
  const gates = openGates(pipeline);
  if (gates.length > 0) return say`Not all is deployed: ${nameJobs(gates, 3)} still waits for a person.`;
  const optional = pipeline.jobs.filter((job) => job.status === 'manual' && job.environment?.action === 'start');
  return optional.length > 0 ? say`Passed is not deployed: nobody has started ${nameJobs(optional, 3)}.` : [];
}

function allowedFailures(jobs: readonly Job[]): Line {
  const failed = jobs.filter((job) => job.status === 'failed' && job.allowFailure);
  return failed.length === 0
    ? []
    : shaped(statuses.allowed.shape, say`${nameJobs(failed, 3)} failed, which is allowed.`);
}
