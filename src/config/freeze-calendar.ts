import { Cron } from 'croner';
import type { FreezePeriod } from '../domain/freeze.ts';
import { isTimezone, parseTime } from '../domain/until.ts';

/** What is wrong with a freeze as written, or undefined. Completes the sentence "<setting> …". */
export function freezeProblem({ from, to, timezone }: FreezePeriod): string | undefined {
  if (!isTimezone(timezone)) return `names the time zone \`${timezone}\`, which nobody knows`;
  const [start, end] = [from, to].map((text) => read(text, timezone));
  if (!start || !end) return `says \`${start ? to : from}\`, which is neither a cron with five fields nor a date`;
  if (start.kind !== end.kind) return 'begins with a date and ends with a cron, or the other way round';
  if (start.kind === 'date' && end.kind === 'date' && start.at >= end.at) return 'ends before it begins';
  const never = [start, end].some((each) => each.kind === 'cron' && each.cron.nextRun() === null);
  return never ? 'holds a cron that never comes' : undefined;
}

/**
 * When the freeze that holds at `now` began and ends; undefined when none does, or when it cannot be read (see
 * `freezeProblem`). A cron freeze lasts from the newest start to the first end after it, as GitLab counts it, on the
 * clock of its zone: Friday 16:00 stays 16:00 across a change of the clocks.
 * @see https://docs.gitlab.com/user/project/releases/#prevent-unintentional-releases-by-setting-a-deploy-freeze
 */
export function freezeAt(period: FreezePeriod, now: Date): { readonly from: Date; readonly to: Date } | undefined {
  const [start, end] = [period.from, period.to].map((text) => read(text, period.timezone));
  const from = start?.kind === 'date' ? start.at : start?.cron.previousRuns(1, justAfter(now))[0];
  if (!from || !end) return undefined;
  const to = end.kind === 'date' ? end.at : end.cron.nextRun(from);
  return to && from <= now && now < to ? { from, to } : undefined;
}

/** croner leaves out a run at the reference itself, but a freeze holds from its first moment. */
function justAfter(now: Date): Date {
  return new Date(now.getTime() + 1);
}

type Moment = { readonly kind: 'date'; readonly at: Date } | { readonly kind: 'cron'; readonly cron: Cron };

function read(text: string, timezone: string): Moment | undefined {
  if (!isTimezone(timezone)) return undefined;
  const at = /^\d{4}-/.test(text) ? parseTime(text, { now: new Date(0), timezone }) : undefined;
  if (at) return { kind: 'date', at };
  if (text.trim().split(/\s+/).length !== 5) return undefined;
  try {
    return { kind: 'cron', cron: new Cron(text.trim(), { timezone, mode: '5-part', paused: true }) };
  } catch {
    // croner throws for patterns that it cannot read, and only then.
    return undefined;
  }
}
