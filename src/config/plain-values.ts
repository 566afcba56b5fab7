import { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';

/** A duration such as 15m, in milliseconds. */
export const Duration = z
  .string()
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms === undefined) context.addIssue({ code: 'custom', message: 'is not a duration' });
    return ms ?? 0;
  })
  .meta({ mend: 'Write it like 90s, 15m, 2h, 3d, 1w or 1h30m' });

/** A text with something in it. */
export const Text = z.string().min(1, 'is empty');

/** A GitLab user name, with or without its `@`. */
export const GitLabUser = Text.regex(/^@?[\w.-]+$/, 'is not a GitLab user name').transform((name) =>
  name.replace(/^@/, ''),
);
