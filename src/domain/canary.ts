import type { WatchRule } from './check-rules.ts';

/** What Prometheus says to one query. `away`: it gave no answer that could be used, now. */
export type QueryAnswer =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'no_data' }
  | { readonly kind: 'several'; readonly series: number }
  | { readonly kind: 'bad_query'; readonly words: string }
  | { readonly kind: 'away'; readonly words: string };

/** Why a reading says nothing. Each may be another one next time, but the last two: the query has to be mended. */
export type ReadingGap = 'no_data' | 'few_requests' | 'away' | 'several_series' | 'bad_query';

/** One look at the canary. With a gap it is neither good nor bad. */
export interface Reading {
  readonly at: Date;
  readonly value?: number | undefined;
  /** Where they are counted. */
  readonly requests?: number | undefined;
  readonly gap?: ReadingGap | undefined;
  /** What Prometheus, or who answered in its place, said. */
  readonly words?: string | undefined;
}

/** What came of a watch. `breach`: a reading on the wrong side of the limit; the rest failed for want of readings. */
export type WatchVerdict = 'passed' | 'breach' | ReadingGap;

/** A watch under way: its readings so far, oldest first, and what is done after a bad one. */
export interface Watched {
  readonly readings: readonly Reading[];
  readonly verdict?: WatchVerdict | undefined;
  /** How the canary is taken away; undefined: nothing was asked of GitLab yet. */
  readonly abort?: CanaryAbort | undefined;
}

/** `not_needed`: it was gone, or a job of the pipeline does it. */
export interface CanaryAbort {
  readonly state: 'calling' | 'done' | 'not_needed' | 'refused' | 'unknown';
  readonly calledAt?: Date | undefined;
  readonly calls?: number | undefined;
}

/** Makes a reading of what was answered. */
export function readingOf(
  rule: WatchRule,
  answers: { readonly value: QueryAnswer; readonly requests: QueryAnswer | undefined },
  at: Date,
): Reading {
  const { value, requests } = answers;
  const counted = requests?.kind === 'value' ? requests.value : requests?.kind === 'no_data' ? 0 : undefined;
  const read = { at, value: value.kind === 'value' ? value.value : undefined, requests: counted };
  for (const answer of [value, requests]) {
    if (answer?.kind === 'away' || answer?.kind === 'bad_query') {
      return { ...read, gap: answer.kind, words: answer.words };
    }
    if (answer?.kind === 'several') return { ...read, gap: 'several_series', words: `${answer.series} series` };
  }
  if (value.kind === 'no_data') return { ...read, gap: 'no_data' };
  return counted !== undefined && counted < rule.minRequests ? { ...read, gap: 'few_requests' } : read;
}

/** How many good readings a watch needs. */
export function readingsNeeded({ forMs, everyMs }: WatchRule): number {
  return Math.max(1, Math.ceil(forMs / everyMs));
}

/**
 * Decides what the readings come to; undefined: more are needed. One bad reading ends it, since it was made of enough
 * requests to count. One that says nothing is taken again, so a silence makes the watch longer and never good: as many
 * of them as good ones are needed end it. Counted, not timed: while nobody looked, nothing was seen.
 */
export function decideWatch(rule: WatchRule, readings: readonly Reading[]): WatchVerdict | undefined {
  const last = readings.at(-1);
  if (!last) return undefined;
  if (last.gap === 'several_series' || last.gap === 'bad_query') return last.gap;
  if (isBad(rule, last)) return 'breach';
  const needed = readingsNeeded(rule);
  const gaps = readings.filter(({ gap }) => gap !== undefined).length;
  if (readings.length - gaps >= needed) return 'passed';
  return gaps >= needed ? (last.gap ?? 'no_data') : undefined;
}

/** When the next reading is due. */
export function nextReadingAt({ everyMs }: WatchRule, readings: readonly Reading[]): Date | undefined {
  const last = readings.at(-1);
  return last && new Date(last.at.getTime() + everyMs);
}

/** Whether a reading is on the wrong side of the limit. */
export function isBad({ above, below }: WatchRule, { value, gap }: Reading): boolean {
  if (value === undefined || gap !== undefined) return false;
  return (above !== undefined && value > above) || (below !== undefined && value < below);
}
