import { isBad, type Reading } from '../domain/canary.ts';
import type { WatchRule } from '../domain/check-rules.ts';
import { join, type Phrase, say } from '../domain/phrase.ts';
import { literal } from './literal.ts';

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** As many as stand on one line of a phone. */
const maxBlocks = 30;

/**
 * Readings as a line of blocks, oldest first: the limit is at three quarters of the height, so that what comes near it
 * shows. A dot is a reading that says nothing.
 */
export function readingsLine(rule: WatchRule, readings: readonly Reading[]): string {
  const limit = Math.abs(rule.above ?? rule.below ?? 0);
  const top = Math.max(limit / 0.75, ...readings.map(({ value }) => Math.abs(value ?? 0)));
  return readings
    .slice(-maxBlocks)
    .map((reading) => blockOf(reading, top))
    .join('');
}

function blockOf({ value, gap }: Reading, top: number): string {
  if (gap !== undefined || value === undefined) return '·';
  const height = top === 0 ? 0 : Math.round((Math.abs(value) / top) * (blocks.length - 1));
  return blocks[height] ?? '█';
}

/** The same in numbers: `Now 0.002 · worst 0.004 · bad is above 0.01 · 184 requests`. */
export function readingsNumbers(rule: WatchRule, readings: readonly Reading[]): Phrase {
  const read = readings.filter(({ value, gap }) => value !== undefined && gap === undefined);
  const last = readings.at(-1);
  const values = read.map(({ value = 0 }) => value);
  const worst = rule.above === undefined ? Math.min(...values) : Math.max(...values);
  return join(
    [
      say`Now ${last?.gap === undefined ? numberWords(last?.value) : gapWords(rule, last)}`,
      ...(values.length > 1 ? [say`worst ${numberWords(worst)}`] : []),
      limitWords(rule),
      ...(last?.requests === undefined || last.gap === 'few_requests' ? [] : [say`${requestWords(last.requests)}`]),
    ],
    ' · ',
  );
}

/** Why a reading says nothing, as a part of a sentence. */
export function gapWords(rule: WatchRule, { gap, requests, words }: Reading): Phrase {
  switch (gap) {
    case 'no_data':
      return say`no data`;
    case 'few_requests':
      return say`only ${requestWords(requests ?? 0)}, ${numberWords(rule.minRequests)} are needed`;
    case 'away':
      return say`${literal(words ?? 'no answer', 120)}`;
    case 'several_series':
      return say`the query gives ${literal(words ?? 'several series', 40)}: put sum(…) or max(…) around it`;
    case 'bad_query':
      return say`Prometheus cannot read the query: ${literal(words ?? '', 160)}`;
    case undefined:
      return say`a number`;
  }
}

/** What a reading on the wrong side says: `0.083 is above 0.01`. */
export function breachWords(rule: WatchRule, reading: Reading): Phrase {
  if (!isBad(rule, reading)) return say`a reading was bad`;
  const isAbove = rule.above !== undefined && (reading.value ?? 0) > rule.above;
  return say`${numberWords(reading.value)} is ${isAbove ? 'above' : 'below'} ${numberWords(isAbove ? rule.above : rule.below)}`;
}

function limitWords({ above, below }: WatchRule): Phrase {
  const parts = [
    ...(above === undefined ? [] : [`above ${numberWords(above)}`]),
    ...(below === undefined ? [] : [`below ${numberWords(below)}`]),
  ];
  return say`bad is ${parts.join(' or ')}`;
}

/** Short enough to be compared: three digits that count. */
function numberWords(value: number | undefined): string {
  if (value === undefined) return 'no number';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

function requestWords(requests: number): string {
  const whole = Math.round(requests);
  return whole === 1 ? '1 request' : `${whole} requests`;
}
