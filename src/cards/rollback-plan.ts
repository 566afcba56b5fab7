import { bold, code, link, type Phrase, say, time } from '../domain/phrase.ts';
import type { Plan, RollbackPlan } from '../domain/plan.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { deedSpoken, notSpoken } from './deed-words.ts';
import { literal } from './literal.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { versionWithSha } from './pipeline-words.ts';
import { shipmentLines } from './shipment-lines.ts';
import { shapes } from './status.ts';
import { actorName, stepDeed } from './step-words.ts';

const maxWarnings = 4;

/** Which version an environment would go back to, and what would be undone; nothing happens until Roll back is pressed. */
export function renderRollbackPlan({
  plan,
  warnings = [],
}: {
  readonly plan: Plan<RollbackPlan>;
  /** What the asker should know before they press. */
  readonly warnings?: readonly Phrase[] | undefined;
}): Card {
  const { deed } = plan;
  const { environment, release, project } = deed;
  return buildCard({
    spoken: say`Roll back ${environment} to ${release.version}? ${fromTo(deed)} Nothing happens until you press Roll back.`,
    lines: [
      shaped(
        shapes.question,
        say`Roll back ${bold(environment)} to ${bold(release.version)}? ${link(project.path, project.url)}`,
      ),
      fromTo(deed),
      undoes(deed),
      ...aborts(deed),
      ...warnings.slice(0, maxWarnings).map((warning) => shaped(shapes.warning, say`Warning: ${warning}`)),
      ...deed.steps.map((step, index): Line => say`${index + 1}. ${stepDeed(step)}`),
      ...(deed.lock
        ? [say`Afterwards I lock ${bold(environment)} until a maintainer unlocks it. Locks of people stay.`]
        : []),
    ],
    buttons: buttons(plan),
    more: [...shipmentLines(deed.undone), ...told(plan)],
  });
}

function fromTo({ live, leftEnded, release }: RollbackPlan): Phrase {
  const to = versionWithSha(release.version, release.sha);
  if (!live) return say`To ${to}.`;
  const how = leftEnded ? `whose deploy ${leftEnded === 'failed' ? 'failed' : 'was canceled'}` : 'there since';
  const since = live.since ? say`, ${how} ${time(live.since)},` : [];
  return say`From ${versionWithSha(live.version, live.sha)}${since} to ${to}.`;
}

function undoes({ live, undone }: RollbackPlan): Phrase {
  if (!undone) return live ? say`GitLab could not compare the two, so the commits are not listed.` : [];
  if (undone.total === 0) return say`No commits would be undone. ${link('Compare', undone.url)}`;
  const count = undone.total === 1 ? '1 commit' : `${undone.total} commits`;
  return say`Undoes ${bold(count)}. ${link('Compare', undone.url)}`;
}

function aborts({ aborts: other }: RollbackPlan): readonly Line[] {
  return other === undefined ? [] : [say`The deploy of ${bold(other.version)} that is under way is canceled first.`];
}

function told({ deed, requester, expiresAt }: Plan<RollbackPlan>): readonly Line[] {
  return [
    ...(deed.reason === undefined ? [] : [say`Reason: ${literal(deed.reason, 200)}`]),
    [
      ...say`Asked by ${actorName(requester)}. Told in `,
      { kind: 'channel', channelId: deed.channel },
      ...say`. Lapses ${time(expiresAt)}.`,
    ],
    say`Pipeline: ${link(`#${deed.pipelineId}`, deed.pipelineUrl)} · Commit: ${code(deed.release.sha.slice(0, 8))}`,
  ];
}

function buttons(plan: Plan<RollbackPlan>): readonly CardButton[] {
  const spoken = deedSpoken(plan.deed);
  return [
    { label: 'Roll back', spoken, actionId: 'plan_confirm', value: plan.id, style: 'danger' },
    { label: 'Cancel', spoken: notSpoken(spoken), actionId: 'plan_cancel', value: plan.id },
  ];
}
