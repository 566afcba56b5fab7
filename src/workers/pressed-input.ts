import type { AcceptInput } from '../app/store-ports.ts';

/** Requests closer to each other than this belong to one burst. */
const burstMs = 20;

/** The same way in, which also tells whether requests keep coming. `now` in milliseconds, never set back. */
export function createPressedInput(
  acceptInput: AcceptInput,
  now: () => number,
): { readonly acceptInput: AcceptInput; readonly isPressed: () => boolean } {
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    acceptInput: (row) => {
      lastAt = now();
      return acceptInput(row);
    },
    isPressed: () => now() - lastAt < burstMs,
  };
}
