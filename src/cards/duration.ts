/** A duration as people say it: `45 s`, `12 min 30 s`, `1 h 5 min`, `3 d 2 h`. */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return pair(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
  return pair(Math.floor(whole / 86_400), 'd', Math.floor((whole % 86_400) / 3600), 'h');
}

/** The time between two moments in words; undefined where either is not known. */
export function durationBetween(from: Date | undefined, to: Date | undefined): string | undefined {
  return from && to ? durationWords((to.getTime() - from.getTime()) / 1000) : undefined;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
