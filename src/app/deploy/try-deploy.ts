import { refusedDry, renderDryRun, renderDryStart } from '../../cards/dry-run.ts';
import { bold, say } from '../../domain/phrase.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { subjectOf } from '../input/deed-subject.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { planFirstPipeline } from '../pipelines/plan-first-pipeline.ts';
import type { DeployRequest } from './plan-deploy.ts';
import { readDeploy } from './read-deploy.ts';

/**
 * Shows what a deploy would do and what every gate says of it, closed ones too. It leads to nothing, so whoever may
 * read the project may ask.
 * @throws GitLabError when GitLab does not answer.
 */
export async function tryDeploy(request: DeployRequest, context: CommandContext): Promise<CommandResult> {
  const { project, environment, version } = request;
  const notDone = say`${version} was not deployed to ${bold(environment.name)}.`;
  const refusal = await refuseReader(project, notDone, context);
  const read = refusal
    ? {
        kind: 'refused' as const,
        refusal,
        about: { project: project.ref.path, environment: environment.name, version },
      }
    : await readDeploy(request, context, 'all');
  if (read.kind === 'refused') return { ...read, refusal: refusedDry(read.refusal) };
  if (read.kind === 'first') return tryFirst(await planFirstPipeline(request, read.release, context));
  const { deed, gates, warnings, about } = read;
  return { kind: 'answer', card: renderDryRun({ deed, gates, warnings }), about };
}

function tryFirst(result: CommandResult): CommandResult {
  if (result.kind === 'refused') return { ...result, refusal: refusedDry(result.refusal) };
  if (result.kind !== 'planned' || result.deed.kind !== 'task') return result;
  return { kind: 'answer', card: renderDryStart(result.deed), about: subjectOf(result.deed) };
}
