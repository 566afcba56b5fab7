import { randomBytes } from 'node:crypto';
import { createLinking, type Linking, type LinkingDeps, noLinking } from '../app/links/linking.ts';
import type { ProcessSettings } from '../config/schema.ts';
import { createGitLabGateway } from '../gitlab/gateway.ts';
import { createGitLabOAuth } from '../gitlab/oauth.ts';
import { createSeal } from '../store/seal.ts';

type Parts = Pick<LinkingDeps, 'store' | 'clock' | 'settings' | 'wake' | 'log'> & {
  /** How GitLab is asked, the token left out. */
  readonly gitlab: Omit<Parameters<typeof createGitLabGateway>[0], 'token'>;
};

/** Account linking, where its settings are there: they come together or not at all. */
export function createLinkingParts(environment: ProcessSettings, parts: Parts): Linking {
  const { gitlabUrl: url, gitlabOAuthClientId: clientId, gitlabOAuthClientSecret: clientSecret } = environment;
  const { encryptionKeys, publicUrl } = environment;
  if (!clientId || !clientSecret || !encryptionKeys || !publicUrl) return noLinking;
  const { gitlab, ...deps } = parts;
  return createLinking({
    ...deps,
    publicUrl,
    oauth: createGitLabOAuth({ url, clientId, clientSecret, publicUrl, now: gitlab.now }),
    connect: (token) => createGitLabGateway({ ...gitlab, token }),
    seal: createSeal(encryptionKeys),
    newSecret: () => randomBytes(32).toString('base64url'),
  });
}
