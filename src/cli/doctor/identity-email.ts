import type { TokenUser } from '../../gitlab/setup.ts';
import { emailScope } from '../../slack/scopes.ts';
import type { SlackAppFacts } from '../../slack/setup.ts';
import { type Finding, ok, warning } from './finding.ts';

// What `identity.email: true` takes. Without it nobody is found by their address, which harms nothing and helps nobody.

/** Whether GitLab shows the token more addresses than those that people made public. */
export function checkEmailToken({ username, isAdmin }: TokenUser): Finding {
  if (isAdmin) return ok('identity_email_gitlab', `@${username} is an administrator and finds people by their e-mail.`);
  return warning(
    'identity_email_gitlab',
    `identity.email finds only people whose address is public: @${username} is no administrator of GitLab.`,
    'Have people choose their "Public email" in their GitLab profile, link their account, or stand in identity.users.',
  );
}

/** Whether Slack tells the app any address. */
export function checkEmailScope({ grantsEmail, installUrl }: SlackAppFacts): Finding {
  if (grantsEmail) return ok('identity_email_slack', 'Slack tells the app the addresses of people.');
  return warning(
    'identity_email_slack',
    `identity.email finds nobody: the Slack app lacks ${emailScope}.`,
    `Add it under OAuth & Permissions (\`chatops manifest --email\` has it), then reinstall the app: ${installUrl}`,
  );
}
