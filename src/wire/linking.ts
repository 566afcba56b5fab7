import { createLinking, type Linking, noLinking } from '../app/linking.ts';
import type { ProcessSettings } from '../config/schema.ts';
import { createGitLabGateway } from '../gitlab/gateway.ts';
import { createGitLabOAuth } from '../gitlab/oauth.ts';
import { createSeal } from '../store/seal.ts';

type LinkingDeps = Pick<Parameters<typeof createLinking>[0], 'store' | 'clock' | 'log'> & {
  /** How GitLab is asked, the token left out. */
  readonly gitlab: Omit<Parameters<typeof createGitLabGateway>[0], 'token'>;
};

/** Account linking, where its settings are there: they come together or not at all. */
export function createLinkingParts(environment: ProcessSettings, deps: LinkingDeps): Linking {
  const { gitlabUrl: url, gitlabOAuthClientId: clientId, gitlabOAuthClientSecret: clientSecret } = environment;
  const { encryptionKeys, publicUrl } = environment;
  if (!clientId || !clientSecret || !encryptionKeys || !publicUrl) return noLinking;
  const { store, clock, log, gitlab } = deps;
  const oauth = createGitLabOAuth({ url, clientId, clientSecret, publicUrl, now: gitlab.now });
  const connect: Parameters<typeof createLinking>[0]['connect'] = (token) => createGitLabGateway({ ...gitlab, token });
  return createLinking({ store, clock, log, oauth, connect, seal: createSeal(encryptionKeys) });
}
