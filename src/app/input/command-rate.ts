/**
 * What one person may ask for in a minute: commands, mentions, presses and forms together. Ten times what somebody in a
 * hurry does, and few enough that a script or a stuck key does not use up GitLab's limit for everybody.
 */
export const inputsPerMinute = 20;
const windowMs = 60_000;

/** How many people are remembered before those who are quiet are forgotten. */
const maxRemembered = 500;

/** `tell`: it is not carried out, and the person hears so, once until `until`; `drop`: not again. */
export type RateVerdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'tell'; readonly until: Date }
  | { readonly kind: 'drop'; readonly until: Date };

/** Counts what people ask for. */
export interface CommandRate {
  take(slackUserId: string, at: Date): RateVerdict;
}

/** Keeps one person from asking for more than the bot can do for all. In memory: a restart forgives. */
export function createCommandRate(): CommandRate {
  const people = new Map<string, { readonly taken: readonly number[]; readonly toldUntil: number }>();
  return {
    take(slackUserId, at) {
      const now = at.getTime();
      if (people.size > maxRemembered) forgetQuiet(people, now);
      const { taken, toldUntil } = people.get(slackUserId) ?? { taken: [], toldUntil: 0 };
      const recent = taken.filter((time) => time > now - windowMs);
      const [oldest = now] = recent;
      if (recent.length < inputsPerMinute) {
        people.set(slackUserId, { taken: [...recent, now], toldUntil });
        return { kind: 'ok' };
      }
      if (now < toldUntil) return { kind: 'drop', until: new Date(toldUntil) };
      people.set(slackUserId, { taken: recent, toldUntil: oldest + windowMs });
      return { kind: 'tell', until: new Date(oldest + windowMs) };
    },
  };
}

function forgetQuiet(people: Map<string, { readonly taken: readonly number[] }>, now: number): void {
  for (const [id, { taken }] of people) {
    if ((taken.at(-1) ?? 0) <= now - windowMs) people.delete(id);
  }
}
