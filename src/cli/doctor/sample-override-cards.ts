import type { Card } from '../../cards/card.ts';
import { renderDryRun } from '../../cards/dry-run.ts';
import { renderOverrideAnnounced, renderReviewReminder } from '../../cards/override-announced.ts';
import { gateNames } from '../../domain/gates.ts';
import type { DeployPlan, Plan } from '../../domain/plan.ts';
import type { Review } from '../../domain/review.ts';

/** Cards of a dry run and of an override, for Slack to say whether it takes them. */
export function sampleOverrideCards(plan: Plan<DeployPlan>): Readonly<Record<string, Card>> {
  const { deed, requester, createdAt } = plan;
  const { project, environment, release, channel, pipelineUrl } = deed;
  const review: Review = {
    id: 'operation',
    project,
    environment,
    version: release.version,
    override: { reason: 'checkout is down', passes: ['freeze', 'after'] },
    by: requester,
    at: createdAt,
    dueAt: createdAt,
    channels: [channel],
    rootKey: channel,
  };
  return {
    'dry run': renderDryRun({ deed, gates: gateNames.map((gate) => ({ gate, environment, answer: 'pass' })) }),
    'override announced': renderOverrideAnnounced({ review, threadUrl: pipelineUrl }),
    'review reminder': renderReviewReminder({ review }),
  };
}
