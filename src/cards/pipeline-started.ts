import { bold, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { buildCard, type Card } from './card.ts';
import { shaped } from './phrase-blocks.ts';
import { commitLine, pipelineLink, versionOf } from './pipeline-words.ts';
import { statuses } from './status.ts';

/** A pipeline began. */
export function renderPipelineStarted({ pipeline }: { readonly pipeline: Pipeline }): Card {
  const version = versionOf(pipeline);
  return buildCard({
    spoken: say`The pipeline of ${version} started in ${pipeline.project.path}.`,
    lines: [
      shaped(statuses.running.shape, say`The pipeline of ${bold(version)} started.`),
      say`${commitLine(pipeline)} · ${pipelineLink(pipeline)}`,
    ],
  });
}
