import { z } from 'zod';
import type { FormPlace } from '../app/input/slack-input.ts';

const Place = z.object({
  channel: z.string(),
  threadTs: z.string().optional(),
  responseUrl: z.string().optional(),
  openedAt: z.number(),
  project: z.object({ id: z.number(), path: z.string() }).optional(),
  flags: z.array(z.string()).optional(),
  requestId: z.string().optional(),
});

/** Slack keeps so much with a form and gives it back with each press. */
const MAX_CHARS = 3_000;

/** The place as a form carries it. What would be too long is left out, but for the channel. */
export function encodePlace(place: FormPlace): string {
  const whole = JSON.stringify({ ...place, openedAt: place.openedAt.getTime() });
  if (whole.length <= MAX_CHARS) return whole;
  return JSON.stringify({ channel: place.channel, threadTs: place.threadTs, openedAt: place.openedAt.getTime() });
}

/** Undefined for what is not ours. */
export function decodePlace(text: string): FormPlace | undefined {
  try {
    const { data } = Place.safeParse(JSON.parse(text));
    return data && { ...data, openedAt: new Date(data.openedAt) };
  } catch {
    // Not JSON: the caller says that the form is not ours.
    return undefined;
  }
}
