import { parseDuration } from './duration.ts';

/** Free text with its end taken off: `hotfix for 2h` is the reason `hotfix` and a moment in two hours. */
export type TimedText =
  | { readonly kind: 'text'; readonly words: readonly string[]; readonly until?: Date | undefined }
  | { readonly kind: 'past'; readonly word: string; readonly at: Date }
  /** It ends in what is meant as an end and cannot be read: `for 2 hours`, `until 6pm`. */
  | { readonly kind: 'unreadable'; readonly words: string };

/** Later than this is a slip of the finger. */
const longestMs = 366 * 86_400_000;

const unit = '(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|months?|y|yrs?|years?)';

/** A duration in other words than ours, or a longer one than we take. */
const meantDuration = new RegExp(`^for (?:(?:\\d+(?:[.,]\\d+)? ?|(?:an?|one) )${unit} ?)+$`, 'i');

/** Something else than `tomorrow` or `Raj is back`: it begins as a time does. */
const meantTime = /^until \d\S*$/i;

/**
 * Reads a final `for <duration>` or `until <time>`. One that is meant so and cannot be read is never taken for text: the
 * reason would swallow the end. Anything else is text like the rest. `18:00` is the next time that the clock of
 * `timezone` shows it.
 */
export function readUntil(
  words: readonly string[],
  about: { readonly now: Date; readonly timezone: string },
): TimedText {
  const [marker, word] = words.slice(-2);
  const rest = words.slice(0, -2);
  if (marker === undefined || word === undefined) return { kind: 'text', words };
  const at =
    marker.toLowerCase() === 'for'
      ? after(word, about.now)
      : marker.toLowerCase() === 'until'
        ? parseTime(word, about)
        : undefined;
  if (at && at.getTime() - about.now.getTime() <= longestMs)
    return at <= about.now ? { kind: 'past', word, at } : { kind: 'text', words: rest, until: at };
  const meant = [2, 3, 4, 5]
    .map((count) => words.slice(-count).join(' '))
    .find((end) => meantDuration.test(end) || meantTime.test(end));
  return meant === undefined ? { kind: 'text', words } : { kind: 'unreadable', words: meant };
}

function after(duration: string, now: Date): Date | undefined {
  const ms = parseDuration(duration.toLowerCase());
  return ms === undefined ? undefined : new Date(now.getTime() + ms);
}

/** The moment of `18:00` (the next one) or `2026-12-24T18:00` in a zone; undefined for anything else. */
export function parseTime(text: string, about: { readonly now: Date; readonly timezone: string }): Date | undefined {
  const { now, timezone } = about;
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (clock) {
    const today = wallClock(now, timezone);
    const wall = { ...today, hour: Number(clock[1]), minute: Number(clock[2]) };
    const next = momentOf(wall, timezone);
    return next === undefined || next > now ? next : momentOf({ ...wall, day: wall.day + 1 }, timezone);
  }
  const date = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{1,2}):(\d{2})$/.exec(text);
  if (!date) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = date.slice(1).map(Number);
  const wall = { year, month, day, hour, minute };
  const isReal = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12;
  return isReal ? momentOf(wall, timezone) : undefined;
}

/** Whether the zone is one that this system knows. */
export function isTimezone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // Intl throws for names that it does not know, and only then.
    return false;
  }
}

interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * The moment when the clock of a zone shows this. A time that is skipped in spring is the one just as long after the
 * change; of a time that comes twice in autumn, the first.
 */
function momentOf(wall: WallClock, timezone: string): Date | undefined {
  if (wall.hour > 23 || wall.minute > 59) return undefined;
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  if (Number.isNaN(new Date(asUtc).getTime())) return undefined;
  // The offsets before and after tell every change apart; the earlier moment that shows the wall's time is meant.
  const offsets = [asUtc - 86_400_000, asUtc + 86_400_000].map((ms) => offsetMs(new Date(ms), timezone));
  const moments = offsets.map((offset) => new Date(asUtc - offset)).toSorted((a, b) => a.getTime() - b.getTime());
  const shows = moments.find((moment) => moment.getTime() + offsetMs(moment, timezone) === asUtc);
  return shows ?? moments.at(-1);
}

/** How far the zone's clock is ahead of UTC at a moment. */
function offsetMs(at: Date, timezone: string): number {
  const { year, month, day, hour, minute } = wallClock(at, timezone);
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  return shown - Math.floor(at.getTime() / 60_000) * 60_000;
}

function wallClock(at: Date, timezone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: isTimezone(timezone) ? timezone : 'UTC',
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0);
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute') };
}
