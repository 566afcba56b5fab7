/** Answers kept for `keptMs`, at most `max` of them. A failed load is not kept. */
export function createKept<T>(limits: {
  readonly max: number;
  readonly keptMs: number;
  readonly now: () => Date;
}): (key: string, load: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, { readonly value: T; readonly until: number }>();
  return async (key, load) => {
    const at = limits.now().getTime();
    const kept = answers.get(key);
    if (kept !== undefined && kept.until > at) return kept.value;
    const value = await load();
    if (answers.size >= limits.max) answers.clear();
    answers.set(key, { value, until: at + limits.keptMs });
    return value;
  };
}
