const pattern = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?) ?(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads a time as GitLab writes it: ISO 8601 in REST answers, `2016-08-12 15:23:28 UTC` in pipeline and job hooks,
 * `2021-04-28 21:50:00 +0200` in deployment hooks. Without a zone it is UTC. Undefined for anything else: a time is
 * never worth losing the news that came with it.
 */
export function parseTimestamp(text: string | null | undefined): Date | undefined {
  const [, day, time, zone = 'Z'] = pattern.exec(text?.trim() ?? '') ?? [];
  if (day === undefined || time === undefined) return undefined;
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const date = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
