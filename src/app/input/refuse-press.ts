import { notDone } from '../../cards/deed-words.ts';
import { commandLine } from '../../domain/command-line.ts';
import { say, time, user } from '../../domain/phrase.ts';
import type { Deed, Plan, PlanRefusal } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Settings } from '../ports.ts';

type Prefix = Pick<Settings, 'commandPrefix'>;

/** Why a press on a plan's button does nothing, in words. */
export function refusePress(plan: Plan | undefined, reason: PlanRefusal, settings: Prefix): Refusal {
  const not = plan ? say`${notDone(plan.deed)} At least not by this press.` : say`Nothing was done.`;
  const line = plan ? typeAgain(plan.deed, settings) : commandLine(settings.commandPrefix, '/chatops', ['help']);
  const facts: Record<PlanRefusal, Refusal['fact']> = {
    not_owner: plan
      ? say`This plan belongs to ${user(plan.requester.slackUserId)}.`
      : say`This plan belongs to somebody else.`,
    already_used: say`This plan was used already.`,
    lapsed: plan ? say`This plan lapsed at ${time(plan.expiresAt)}.` : say`This plan has lapsed.`,
    replaced: say`You have asked for a newer plan since.`,
    not_found: say`I do not know this plan any more.`,
  };
  return { code: `plan_${reason}`, notDone: not, fact: facts[reason], todo: [{ kind: 'type', line }] };
}

/** How the same deed is asked for again, in the words of people: `/deploy production v1.4.0`. */
export function typeAgain(deed: Deed, { commandPrefix }: Prefix): string {
  if (deed.kind === 'task') return `/${commandPrefix}${deed.line.slice(1)}`;
  return commandLine(commandPrefix, `/${deed.kind}`, [deed.environment, deed.release.version]);
}
