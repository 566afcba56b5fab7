/**
 * Waits until `look` gives something, and fails with `what` if it never does. For things that happen elsewhere. The
 * limit is for what never happens: on a busy machine things take their time.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false,
  limitMs = 30_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`never happened: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
