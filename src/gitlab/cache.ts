/** Answers kept by key. A failed load is not kept, so the next one asks again. */
export interface Cache<T> {
  get(key: string, load: () => Promise<T>): Promise<T>;
  /** Keeps what was learnt along the way. */
  put(key: string, value: T): void;
}

/**
 * Keeps up to `max` answers, least recently used first out, for `keepMs` from when they were asked for (`Infinity`:
 * for good). Those who ask while the answer is under way share one load; with `keepMs: 0` that is all it does.
 */
export function createCache<T>(limits: {
  readonly max: number;
  readonly keepMs: number;
  readonly now: () => Date;
}): Cache<T> {
  const entries = new Map<string, { readonly value: Promise<T>; readonly until: number }>();

  const keep = (key: string, value: Promise<T>): void => {
    entries.delete(key);
    entries.set(key, { value, until: limits.now().getTime() + (limits.keepMs === 0 ? Infinity : limits.keepMs) });
    const oldest = entries.size > limits.max ? entries.keys().next().value : undefined;
    if (oldest !== undefined) entries.delete(oldest);
  };

  return {
    get(key, load) {
      const held = entries.get(key);
      if (held && held.until > limits.now().getTime()) {
        entries.delete(key);
        entries.set(key, held);
        return held.value;
      }
      const value = load();
      keep(key, value);
      const forget = (): void => {
        if (entries.get(key)?.value === value) entries.delete(key);
      };
      value.then(limits.keepMs === 0 ? forget : undefined, forget);
      return value;
    },
    put(key, value) {
      if (limits.keepMs !== 0) keep(key, Promise.resolve(value));
    },
  };
}
