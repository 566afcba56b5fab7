import * as oauth from 'oauth4webapi';
import type { GitLabOAuth, TokenPair } from '../app/links/link-ports.ts';
import { GitLabError } from '../domain/errors.ts';
import { describeSilence } from './failure.ts';

export interface GitLabOAuthOptions {
  /** GitLab's address; may have a path. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The bot's own address, which GitLab sends the person back to. */
  readonly publicUrl: string;
  readonly now: () => Date;
}

/** One request; a person waits for it. */
const timeoutMs = 5_000;

/** To play a job there is no finer scope. */
const scope = 'api';

/** Where GitLab sends people back to; the application in GitLab has to name the same. */
export function callbackUrl(publicUrl: string): string {
  return `${publicUrl}/oauth/gitlab/callback`;
}

/**
 * Account linking with GitLab as OAuth server: authorization code with PKCE, and tokens that rotate.
 * @see https://docs.gitlab.com/api/oauth2/#authorization-code-with-proof-key-for-code-exchange-pkce
 */
export function createGitLabOAuth(options: GitLabOAuthOptions): GitLabOAuth {
  const { url, publicUrl } = options;
  const server: oauth.AuthorizationServer = {
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    revocation_endpoint: `${url}/oauth/revoke`,
  };
  const client: oauth.Client = { client_id: options.clientId };
  const proof = oauth.ClientSecretPost(options.clientSecret);
  const redirectUri = callbackUrl(publicUrl);
  const request = () => ({
    // A GitLab inside a closed network may have no certificate.
    [oauth.allowInsecureRequests]: url.startsWith('http:'),
    signal: AbortSignal.timeout(timeoutMs),
  });

  return {
    async authorizeUrl({ state, verifier }) {
      const target = new URL(`${url}/oauth/authorize`);
      target.search = new URLSearchParams({
        client_id: options.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        state,
        scope,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();
      return target.href;
    },
    exchange: ({ query, state, verifier }) =>
      asking('/oauth/token', async () => {
        const code = oauth.validateAuthResponse(server, client, query, state);
        const sent = oauth.authorizationCodeGrantRequest(server, client, proof, code, redirectUri, verifier, request());
        return toPair(await oauth.processAuthorizationCodeResponse(server, client, await sent), options.now());
      }),
    renew: (refresh) =>
      asking('/oauth/token', async () => {
        // GitLab wants to see the address of the first request again.
        const more = { ...request(), additionalParameters: { redirect_uri: redirectUri } };
        const answer = await oauth.refreshTokenGrantRequest(server, client, proof, refresh, more);
        return toPair(await oauth.processRefreshTokenResponse(server, client, answer), options.now());
      }),
    async revoke(token) {
      await asking('/oauth/revoke', async () =>
        oauth.processRevocationResponse(await oauth.revocationRequest(server, client, proof, token, request())),
      );
    },
  };
}

function toPair(answer: oauth.TokenEndpointResponse, now: Date): TokenPair {
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = answer;
  if (refresh === undefined || seconds === undefined) throw unusable('/oauth/token');
  return { access, refresh, expiresAt: new Date(now.getTime() + seconds * 1000) };
}

/** `refused` where GitLab says that this grant is good no more; every other failure is about GitLab or the bot. */
async function asking<T>(path: string, ask: () => Promise<T>): Promise<T | 'refused'> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitLabError) throw error;
    if (error instanceof oauth.AuthorizationResponseError) return 'refused';
    const refusal = readRefusal(error);
    if (refusal?.code === 'invalid_grant') return 'refused';
    if (refusal) throw refusedBot(path, refusal);
    if (error instanceof oauth.OperationProcessingError) {
      throw unusable(path, error.cause instanceof Response ? error.cause.status : 0);
    }
    throw describeSilence({ method: 'POST', path }, error);
  }
}

interface OAuthRefusal {
  readonly status: number;
  /** As OAuth names it, e.g. `invalid_client`. */
  readonly code: string;
}

/** GitLab says why in the body, and always in a `WWW-Authenticate` header too, which the library reads first. */
function readRefusal(error: unknown): OAuthRefusal | undefined {
  if (error instanceof oauth.ResponseBodyError) return { status: error.status, code: error.error };
  if (!(error instanceof oauth.WWWAuthenticateChallengeError)) return undefined;
  const code = error.cause.map(({ parameters }) => parameters.error).find((one) => one !== undefined);
  return { status: error.status, code: code ?? 'unauthorized' };
}

/** GitLab knows neither this application nor its secret: nothing that the person could mend. */
function refusedBot(path: string, { status, code }: OAuthRefusal): GitLabError {
  return new GitLabError(
    `GitLab answered ${status} to POST ${path}: ${code.slice(0, 60)}`,
    { status, method: 'POST', path, outcome: 'none' },
    { hint: 'Compare GITLAB_OAUTH_CLIENT_ID and GITLAB_OAUTH_CLIENT_SECRET with the application in GitLab.' },
  );
}

/** A page of a proxy, or a status that says nothing. */
function unusable(path: string, status = 0): GitLabError {
  return new GitLabError(
    `GitLab's answer to POST ${path} could not be used`,
    { status, method: 'POST', path, outcome: 'unknown' },
    { hint: 'Check GITLAB_URL and what stands between the bot and GitLab.' },
  );
}
