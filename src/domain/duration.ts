const unitMs = { w: 7 * 86_400_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/** Longer than anything we keep or wait for; what is longer is a slip, and far longer would not fit into a date. */
const longestMs = 10 * 366 * unitMs.d;

const pattern = /^(?:(?<w>\d+)w)?(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?$/;

/** Milliseconds of `90s`, `15m`, `2h`, `3d`, `1w` or `1h30m`; undefined for anything else, zero and over ten years included. */
export function parseDuration(text: string): number | undefined {
  const amounts = pattern.exec(text.trim())?.groups;
  if (!amounts) return undefined;
  const units = Object.entries(unitMs);
  const ms = units.reduce((sum, [unit, each]) => sum + Number(amounts[unit] ?? 0) * each, 0);
  return ms > 0 && ms <= longestMs ? ms : undefined;
}
