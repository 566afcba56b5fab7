import { renderDeployPlan } from '../../cards/deploy-plan.ts';
import { renderRollbackPlan } from '../../cards/rollback-plan.ts';
import { renderTaskPlan } from '../../cards/task-plan.ts';
import type { Phrase } from '../../domain/phrase.ts';
import type { Plan } from '../../domain/plan.ts';
import type { SlackContent } from '../ports.ts';

/** The card of a plan that waits for its press. */
export function renderPlan(
  plan: Plan,
  { warnings, checks }: { readonly warnings: readonly Phrase[]; readonly checks?: readonly Phrase[] | undefined },
): SlackContent {
  const { deed } = plan;
  switch (deed.kind) {
    case 'deploy':
      return renderDeployPlan({ plan: { ...plan, deed }, warnings, checks });
    case 'rollback':
      return renderRollbackPlan({ plan: { ...plan, deed }, warnings });
    case 'task':
      return renderTaskPlan({ plan: { ...plan, deed }, warnings });
  }
}
