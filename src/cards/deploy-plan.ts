import { bold, code, join, link, type Phrase, say, time } from '../domain/phrase.ts';
import type { DeployPlan, Plan } from '../domain/plan.ts';
import { buildCard, type Card, type CardButton, target } from './card.ts';
import { literal } from './literal.ts';
import { passed } from './override-announced.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { versionWithSha } from './pipeline-words.ts';
import { ownCommits, shipmentLines } from './shipment-lines.ts';
import { shapes } from './status.ts';
import { actorName, stepDeed } from './step-words.ts';

const maxSteps = 6;
const maxWarnings = 3;

/** What would be deployed, and from what to what; nothing happens until Deploy is pressed. */
export function renderDeployPlan({
  plan,
  warnings = [],
  checks = [],
}: {
  readonly plan: Plan<DeployPlan>;
  /** What the asker should know before they press. */
  readonly warnings?: readonly Phrase[] | undefined;
  /** How the required jobs went, and what else the pipeline found out: a line each. */
  readonly checks?: readonly Phrase[] | undefined;
}): Card {
  const { deed } = plan;
  const { environment, release } = deed;
  return buildCard({
    spoken: say`Deploy ${release.version} to ${environment}? ${fromTo(deed)} Nothing happens until you press Deploy.`,
    lines: [
      shaped(shapes.question, question(deed)),
      fromTo(deed),
      ships(plan),
      ...checks,
      ...variables(deed),
      ...emergency(deed),
      ...unlocked(deed),
      ...warnings.slice(0, maxWarnings).map((warning) => shaped(shapes.warning, say`Warning: ${warning}`)),
      ...deploySteps(deed),
    ],
    buttons: buttons(plan),
    more: [...shipmentLines(deed.shipment, plan.requester), ...told(plan)],
  });
}

function question({ project, environment, tier, release }: DeployPlan): Phrase {
  const where =
    tier === undefined || tier === environment
      ? say`${bold(environment)}`
      : say`${bold(environment)} (${literal(tier, 20)})`;
  return say`Deploy ${bold(release.version)} to ${where}? ${link(project.path, project.url)}`;
}

/** From which version to which. */
export function fromTo({ live, release }: DeployPlan): Phrase {
  const to = versionWithSha(release.version, release.sha);
  if (!live) return say`Nothing is deployed there yet. It gets ${to}.`;
  const since = live.since ? say`, there since ${time(live.since)},` : [];
  return say`From ${versionWithSha(live.version, live.sha)}${since} to ${to}.`;
}

function ships({ deed: { live, release, shipment }, requester }: Plan<DeployPlan>): Phrase {
  if (live && live.sha === release.sha) return say`The same commit is there already: it is deployed again.`;
  if (!shipment) return [];
  if (shipment.total === 0) return say`No commits are new in it. ${link('Compare', shipment.url)}`;
  const count = shipment.total === 1 ? '1 commit' : `${shipment.total} commits`;
  const own = ownCommits(shipment, requester).length;
  const yours = own === 0 ? '' : `, ${own} of them yours`;
  return say`Ships ${bold(count)}${yours}. ${link('Compare', shipment.url)}`;
}

/** Only the asker sees this card, so the values are shown as they will be sent. */
function variables({ variables = {} }: DeployPlan): readonly Line[] {
  const set = Object.entries(variables).map(([name, value]) => code(literal(`${name}=${value}`, 80)));
  return set.length > 0 ? [say`With ${join(set.slice(0, 10), ', ')}.`] : [];
}

function emergency({ override }: DeployPlan): readonly Line[] {
  if (!override) return [];
  return [
    shaped(
      shapes.stuck,
      say`${bold('Emergency')}: it goes past ${passed(override.passes)}. Reason: ${literal(override.reason, 200)}`,
    ),
    say`Everybody in the channel reads that, and a maintainer is asked to review it within a day.`,
  ];
}

function unlocked({ unlocks = [] }: DeployPlan): readonly Line[] {
  return unlocks.length > 0
    ? [shaped(shapes.warning, say`The lock after the rollback is released with this deploy.`)]
    : [];
}

/** What would be done, in order. */
export function deploySteps({ steps }: DeployPlan): readonly Line[] {
  const told = steps.slice(0, maxSteps).map((step, index): Line => say`${index + 1}. ${stepDeed(step)}`);
  const left = steps.length - told.length;
  return left > 0 ? [...told, say`and ${left} more ${left === 1 ? 'step' : 'steps'}`] : told;
}

function told({ deed, requester, expiresAt }: Plan<DeployPlan>): readonly Line[] {
  return [
    [
      ...say`Asked by ${actorName(requester)}. Told in `,
      { kind: 'channel', channelId: deed.channel },
      ...say`. Lapses ${time(expiresAt)}.`,
    ],
    say`Pipeline: ${link(`#${deed.pipelineId}`, deed.pipelineUrl)} · Commit: ${code(deed.release.sha.slice(0, 8))}`,
  ];
}

function buttons(plan: Plan<DeployPlan>): readonly CardButton[] {
  const words = target(plan.deed.release.version, plan.deed.environment);
  return [
    { label: 'Deploy', spoken: `Deploy ${words}`, actionId: 'plan_confirm', value: plan.id, style: 'primary' },
    { label: 'Cancel', spoken: `Do not deploy ${words}`, actionId: 'plan_cancel', value: plan.id },
    { label: 'What ships', spoken: `What ships with ${words}`, actionId: 'what_ships', value: plan.id },
  ];
}
