import { renderRoot } from '../../cards/root.ts';
import { InvariantError } from '../../domain/errors.ts';
import { say } from '../../domain/phrase.ts';
import { evolvePipeline } from '../../domain/pipeline.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { findPipeline } from '../pipelines/find-pipeline.ts';
import { familyOf } from '../pipelines/pipeline-family.ts';
import { readPipeline } from '../pipelines/read-pipeline.ts';

/**
 * How a pipeline stands now: its stages in words, and what waits for whom.
 * @throws GitLabError
 */
export async function showPipeline(
  { project, ref }: { readonly project: ProjectContext; readonly ref: string | undefined },
  context: CommandContext,
): Promise<CommandResult> {
  const notDone = say`Nothing is shown.`;
  const refusal = await refuseReader(project, notDone, context);
  if (refusal) return { kind: 'refused', refusal, about: { project: project.ref.path } };
  const found = await findPipeline({ project, ref, notDone }, context);
  if (found.kind !== 'found')
    return { kind: 'refused', refusal: found.refusal, about: { project: project.ref.path, version: ref } };
  const { id, version, sha } = found.pipeline;
  const { gitlab, tables, now } = context;
  const [held, observed, operations] = await Promise.all([
    tables.pipelines.find(project.ref.id, id),
    readPipeline(project.ref, id, { gitlab, clock: { now: () => now } }),
    tables.operations.activeOfPipeline(project.ref.id, id),
  ]);
  const pipeline = evolvePipeline(held, observed, now);
  if (!pipeline) throw new InvariantError('a pipeline read from GitLab folds to nothing');
  const downstream = await familyOf(tables, pipeline);
  return {
    kind: 'answer',
    card: renderRoot({ pipeline, downstream, operations }),
    about: { project: project.ref.path, version, sha, pipelineId: id },
  };
}
