import { bold, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { PipelineReport } from '../domain/test-report.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { commitLine, pipelineLink, versionOf } from './pipeline-words.ts';
import { reportLines } from './report-lines.ts';
import { statuses } from './status.ts';

/** A branch that was broken passed again. */
export function renderFixed({
  pipeline,
  report,
}: {
  readonly pipeline: Pipeline;
  readonly report?: PipelineReport | undefined;
}): Card {
  const version = versionOf(pipeline);
  return buildCard({
    spoken: say`${version} is fixed in ${pipeline.project.path}: its newest pipeline passed.`,
    lines: [
      shaped(statuses.passed.shape, say`${bold(version)} is fixed: its newest pipeline passed.`),
      ...reportLines(report),
      say`${commitLine(pipeline)} · ${pipelineLink(pipeline)}`,
    ],
  });
}
