/**
 * Renders a Slack date (`<!date^1700000000^{date_short_pretty} at {time}|fallback>`) in a zone.
 * An unknown placeholder gives the fallback, as in Slack.
 * @see https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function renderDate(input: {
  readonly timestamp: number;
  readonly format: string;
  readonly fallback: string;
  readonly timeZone: string;
  readonly now: Date;
}): string {
  const at = new Date(input.timestamp * 1000);
  if (Number.isNaN(at.getTime())) return input.fallback;
  let isKnown = true;
  const text = input.format.replaceAll(/\{([a-z_]+)\}/g, (_all, name: string) => {
    const shown = renderToken(name, at, input.timeZone, input.now);
    isKnown &&= shown !== undefined;
    return shown ?? '';
  });
  if (!isKnown) return input.fallback;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const DATE_FORMATS: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
};

function renderToken(name: string, at: Date, timeZone: string, now: Date): string | undefined {
  if (name === 'time') return at.toLocaleTimeString('en-US', { timeZone, hour: 'numeric', minute: '2-digit' });
  if (name === 'time_secs') {
    return at.toLocaleTimeString('en-US', { timeZone, hour: 'numeric', minute: '2-digit', second: '2-digit' });
  }
  if (name === 'date_num') return at.toLocaleDateString('en-CA', { timeZone });
  if (name === 'date_slash') return at.toLocaleDateString('en-US', { timeZone });
  if (name === 'ago') return ago(now.getTime() - at.getTime());
  const isPretty = name.endsWith('_pretty');
  const plain = isPretty ? name.slice(0, -'_pretty'.length) : name;
  const options = Object.hasOwn(DATE_FORMATS, plain) ? DATE_FORMATS[plain] : undefined;
  if (options === undefined) return undefined;
  const near = isPretty ? nearDay(at, timeZone, now) : undefined;
  return near ?? at.toLocaleDateString('en-US', { ...options, timeZone });
}

function nearDay(at: Date, timeZone: string, now: Date): string | undefined {
  const day = (date: Date) => Date.parse(date.toLocaleDateString('en-CA', { timeZone }));
  const days = (day(at) - day(now)) / 86_400_000;
  return new Map([
    [-1, 'yesterday'],
    [0, 'today'],
    [1, 'tomorrow'],
  ]).get(days);
}

function ago(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const amount = minutes < 60 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return ms < 0 ? `in ${amount}` : `${amount} ago`;
}
