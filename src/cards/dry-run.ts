import { bold, link, type Phrase, say } from '../domain/phrase.ts';
import type { DeployPlan } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import { buildCard, type Card } from './card.ts';
import { deploySteps, fromTo } from './deploy-plan.ts';
import { shaped } from './phrase-blocks.ts';
import { versionWithSha } from './pipeline-words.ts';
import { shapes, statuses } from './status.ts';

/** What a deploy would do, with everything that was asked before; nothing can be pressed. */
export function renderDryRun({
  deed,
  warnings = [],
}: {
  readonly deed: DeployPlan;
  readonly warnings?: readonly Phrase[] | undefined;
}): Card {
  const { environment, release, pipelineId, pipelineUrl } = deed;
  return buildCard({
    spoken: say`Dry run: ${release.version} could be deployed to ${environment} now. Nothing was changed.`,
    lines: [
      shaped(
        statuses.passed.shape,
        say`Dry run: ${versionWithSha(release.version, release.sha)} could be deployed to ${bold(environment)} now.`,
      ),
      say`Nothing was changed.`,
      fromTo(deed),
      say`Nothing stands in the way: your role, variables, locks, freezes, allowed versions, order, required jobs, other deploys, the pipeline.`,
      ...warnings.slice(0, 3).map((warning) => shaped(shapes.warning, say`Warning: ${warning}`)),
      ...deploySteps(deed),
    ],
    more: [say`Pipeline: ${link(`#${pipelineId}`, pipelineUrl)}`],
  });
}

/** The refusal of a deploy that was only tried. */
export function refusedDry(refusal: Refusal): Refusal {
  return { ...refusal, notDone: say`Dry run: ${refusal.notDone}` };
}
