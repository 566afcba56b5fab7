import { z } from 'zod';

/** Keys of an environment that say where else it is shown, and who else is told. */
export const toldKeys = {
  dashboard: z.string().refine(isSecureAddress, 'is not an https address').optional().meta({
    mend: 'Write an address like https://grafana.example.com/d/app',
    description: 'A page that shows how the environment is: linked with the time of each deployment.',
  }),
  notify_email: z.array(z.email('is not a mail address')).min(1, 'names nobody').optional().meta({
    mend: 'Write a list like [ops@example.com]',
    description: 'Who gets a mail when it failed or was rolled back, or when Slack takes no messages.',
  }),
};

/** Without a user name and password in it, which everybody in the channel would read. */
function isSecureAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}
