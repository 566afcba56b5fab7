/** Waits until `look` gives something, and fails with `what` if it never does. For things that happen elsewhere. */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false,
  limitMs = 10_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`never happened: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
