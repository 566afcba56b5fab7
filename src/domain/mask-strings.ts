/**
 * A JSON value with `mask` applied to every text in it, whatever it is nested in; keys stay, and so does what stands
 * under one of `kept`.
 */
export function maskStrings<T>(value: T, mask: (text: string) => string, kept: ReadonlySet<string> = new Set()): T {
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return mask(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, kept.has(key) ? inner : walk(inner)]));
  };
  // Texts become texts, and nothing else changes.
  return walk(value) as T;
}
