import { z } from 'zod';
import { GitLabUser } from './plain-values.ts';

/** Who is who, beside the accounts that people linked. */
export const Identity = z.strictObject({
  users: z
    .record(z.string().regex(/^[UW][A-Z0-9]{2,}$/, 'is not a Slack user id'), GitLabUser)
    .default({})
    .meta({
      mend: 'Write Slack user id and GitLab user name, e.g. U0123456789: ann (the id: profile, ⋮, Copy member ID)',
    }),
  email: z.boolean().default(false).meta({
    mend: 'Write true or false',
    description:
      'true: whom neither a linked account nor `users` names is the GitLab user with the e-mail address that Slack has confirmed for them.',
  }),
});
