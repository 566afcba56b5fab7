import { callbackUrl } from '../../gitlab/oauth.ts';
import type { Readable } from './configuration.ts';
import { type Finding, ok } from './finding.ts';

/** Whether people can link their accounts, and what the application in GitLab has to say for it. */
export function checkLinking({ gitlabOAuthClientId, publicUrl }: Readable['settings']): Finding {
  if (gitlabOAuthClientId === undefined || publicUrl === undefined)
    return ok('linking', 'Nobody links an account: GITLAB_OAUTH_CLIENT_ID is not set. All is done by the bot itself.');
  return ok(
    'linking',
    'People link their accounts. The application in GitLab has to be confidential, with the scope api and this Redirect URI: ' +
      callbackUrl(publicUrl),
  );
}
