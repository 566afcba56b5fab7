import type { Card } from '../../src/cards/card.ts';
import { renderDeployPlan } from '../../src/cards/deploy-plan.ts';
import { renderDryRun } from '../../src/cards/dry-run.ts';
import { renderOverrideAnnounced, renderReviewReminder } from '../../src/cards/override-announced.ts';
import type { Actor } from '../../src/domain/actor.ts';
import { type GateName, gateNames } from '../../src/domain/gates.ts';
import { say } from '../../src/domain/phrase.ts';
import type { DeployPlan, Plan } from '../../src/domain/plan.ts';
import type { Review } from '../../src/domain/review.ts';

const passes: readonly GateName[] = ['freeze', 'after'];

/** Cards of an override and of dry runs; `outside` stands in every place that outsiders can fill. */
export function overrideCards(about: {
  readonly plan: Plan<DeployPlan>;
  readonly outside: string;
  readonly by: Actor;
  readonly at: Date;
}): Readonly<Record<string, Card>> {
  const { plan, outside, by, at } = about;
  const { deed } = plan;
  const override = { reason: outside, passes };
  const review: Review = {
    id: 'operation-1',
    project: deed.project,
    environment: deed.environment,
    version: deed.release.version,
    override,
    by,
    at,
    dueAt: at,
    channels: [deed.channel],
    rootKey: `${deed.channel}/pipeline:1`,
  };
  const { environment } = deed;
  const warnings = Array.from({ length: 9 }, () => say`${outside}`);
  const refusal = { fact: say`${outside}` };
  return {
    'deploy plan, in an emergency': renderDeployPlan({
      plan: { ...plan, deed: { ...deed, override, unlocks: ['l'] } },
    }),
    'override announced': renderOverrideAnnounced({ review, threadUrl: deed.pipelineUrl }),
    'override reviewed': renderOverrideAnnounced({
      review: { ...review, reviewed: { by, at } },
      threadUrl: deed.pipelineUrl,
    }),
    'override not reviewed in time': renderReviewReminder({ review }),
    'dry run, nothing in the way': renderDryRun({
      deed,
      warnings,
      gates: gateNames.map((gate) => ({ gate, environment, answer: 'pass' })),
    }),
    'dry run, everything in the way': renderDryRun({
      deed,
      gates: gateNames.map((gate) => ({ gate, environment, answer: 'refuse', refusal })),
    }),
    'dry run, past what is in the way': renderDryRun({
      deed,
      gates: passes.map((gate) => ({ gate, environment, answer: 'exempt', because: 'override', refusal })),
    }),
  };
}
