import { bold, code, link as linkTo, type Phrase, say, time } from '../domain/phrase.ts';
import type { Plan } from '../domain/plan.ts';
import { buildCard, type Card } from './card.ts';
import { deedName, notDone } from './deed-words.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { shapes, statuses } from './status.ts';

/** How a plan ended: pressed, put away, or overtaken. `void`: the tag or branch points to another commit now. */
export type PlanEnding = 'confirmed' | 'canceled' | 'lapsed' | 'replaced' | 'void';

/** What is left of a plan: one line without buttons. */
export function renderPlanClosed({
  plan,
  how,
  link,
  again,
}: {
  readonly plan: Plan;
  readonly how: PlanEnding;
  /** The thread in which a confirmed plan is told. */
  readonly link?: string | undefined;
  /** The command that makes a new plan, as installed. */
  readonly again?: string | undefined;
}): Card {
  const said = tell(plan, how);
  const type =
    again === undefined || how === 'confirmed' || how === 'replaced' ? [] : say` Type ${code(again)} for a new plan.`;
  const follow = link === undefined ? [] : say` ${linkTo('Follow the thread', link)}`;
  const line: Line = [...said, ...type, ...follow];
  return buildCard({ spoken: [...said, ...type], lines: [shaped(shapeOf(how), line)] });
}

function tell(plan: Plan, how: PlanEnding): Phrase {
  const deed = deedName(plan.deed);
  const not = notDone(plan.deed);
  switch (how) {
    case 'confirmed':
      return say`Confirmed: ${deed} is on its way.`;
    case 'canceled':
      return say`Canceled: ${not}`;
    case 'lapsed':
      return say`Lapsed ${time(plan.expiresAt)}: ${not}`;
    case 'replaced':
      return say`Replaced by your newer plan: this one for ${deed} does nothing any more.`;
    case 'void': {
      if (plan.deed.kind === 'task') return say`Out of date: ${not}`;
      const { environment, release } = plan.deed;
      return say`Out of date: ${bold(release.version)} points to another commit now, so nothing was deployed to ${bold(environment)}.`;
    }
  }
}

function shapeOf(how: PlanEnding): (typeof statuses)[keyof typeof statuses]['shape'] {
  switch (how) {
    case 'confirmed':
      return statuses.running.shape;
    case 'canceled':
      return statuses.canceled.shape;
    case 'lapsed':
      return shapes.late;
    case 'replaced':
      return statuses.skipped.shape;
    case 'void':
      return shapes.warning;
  }
}
