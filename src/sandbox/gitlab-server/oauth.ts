import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { message, type Reply } from './rest/reply.ts';
import { readBody, send } from './rest/serve.ts';
import type { User, World } from './world.ts';

interface Grant {
  readonly userId: number;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly clientId: string;
  readonly scope: string;
}

interface Issued {
  readonly grant: Grant;
  readonly access: string;
  readonly refresh: string;
}

/** Account linking, as a GitLab application gives it: authorization code with PKCE, rotating tokens. */
export interface OAuth {
  /** Serves `/oauth/…`. */
  readonly listen: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Whose access token this is. */
  readonly findUser: (token: string) => User | undefined;
}

const LIFETIME_S = 7200;

/**
 * Makes the OAuth side. Any client id and secret are good; the person is named by `as=<username>` on the authorize page.
 * @see https://docs.gitlab.com/api/oauth2/
 */
export function createOAuth(world: World): OAuth {
  const codes = new Map<string, Grant>();
  const tokens: Issued[] = [];
  return {
    findUser: (token) => {
      const issued = tokens.find((each) => each.access === token);
      return issued && world.users.find((user) => user.id === issued.grant.userId);
    },
    listen: async (request, response) => {
      const url = new URL(request.url ?? '/', world.baseUrl);
      const { value } = await readBody(request);
      const input = { ...Object.fromEntries(url.searchParams), ...(value as Record<string, string> | undefined) };
      switch (`${request.method ?? 'GET'} ${url.pathname}`) {
        case 'GET /oauth/authorize':
          send(response, authorize(world, codes, url));
          break;
        case 'POST /oauth/token':
          send(response, exchange(codes, tokens, input));
          break;
        case 'POST /oauth/revoke':
          removeToken(tokens, (each) => each.access === input['token'] || each.refresh === input['token']);
          send(response, { status: 200, body: {} });
          break;
        default:
          send(response, message(404, '404 Not Found'));
      }
    },
  };
}

/** Without `as` a page with one link for each person; with it GitLab's redirect back. */
function authorize(world: World, codes: Map<string, Grant>, url: URL): Reply {
  const query = url.searchParams;
  const user = world.users.find((each) => each.username === query.get('as'));
  if (user === undefined) {
    const links = world.users
      .filter((each) => !each.bot)
      .map((each) => {
        const to = new URL(url);
        to.searchParams.set('as', each.username);
        return `<li><a href="${to.href.replaceAll('&', '&amp;')}">${each.username}</a></li>`;
      });
    const body = `<!doctype html><title>Authorize</title><p>Sign in to the sandbox's GitLab as</p><ul>${links.join('')}</ul>`;
    return { status: 200, body, headers: { 'content-type': 'text/html; charset=utf-8' } };
  }
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!URL.canParse(redirectUri) || query.get('response_type') !== 'code') {
    return {
      status: 400,
      body: { error: 'invalid_request', error_description: 'The redirect URI included is not valid.' },
    };
  }
  const code = randomBytes(16).toString('hex');
  codes.set(code, {
    userId: user.id,
    redirectUri,
    challenge: query.get('code_challenge'),
    clientId: query.get('client_id') ?? '',
    scope: query.get('scope') ?? 'api',
  });
  const back = new URL(redirectUri);
  back.searchParams.set('code', code);
  const state = query.get('state');
  if (state !== null) back.searchParams.set('state', state);
  return { status: 302, body: '', headers: { location: back.href } };
}

function exchange(codes: Map<string, Grant>, tokens: Issued[], input: Readonly<Record<string, string>>): Reply {
  const grant = input['grant_type'] === 'refresh_token' ? takeRefresh(tokens, input) : takeCode(codes, input);
  if (grant === undefined) {
    const description =
      'The provided authorization grant is invalid, expired, revoked, or was issued to another client.';
    // As GitLab's OAuth layer does: the same in a header, which some libraries read instead of the body.
    const challenge = `Bearer realm="Doorkeeper", error="invalid_grant", error_description="${description}"`;
    return {
      status: 400,
      body: { error: 'invalid_grant', error_description: description },
      headers: { 'www-authenticate': challenge },
    };
  }
  const issued = { grant, access: randomBytes(32).toString('hex'), refresh: randomBytes(32).toString('hex') };
  tokens.push(issued);
  return {
    status: 200,
    body: {
      access_token: issued.access,
      token_type: 'Bearer',
      expires_in: LIFETIME_S,
      refresh_token: issued.refresh,
      scope: grant.scope,
      created_at: Math.floor(Date.now() / 1000),
    },
  };
}

/** A code is good once, with the same address and the verifier of its challenge. */
function takeCode(codes: Map<string, Grant>, input: Readonly<Record<string, string>>): Grant | undefined {
  const grant = codes.get(input['code'] ?? '');
  codes.delete(input['code'] ?? '');
  if (grant === undefined || input['grant_type'] !== 'authorization_code') return undefined;
  if (grant.redirectUri !== input['redirect_uri'] || grant.clientId !== input['client_id']) return undefined;
  const verifier = createHash('sha256')
    .update(input['code_verifier'] ?? '')
    .digest('base64url');
  return grant.challenge === null || grant.challenge === verifier ? grant : undefined;
}

/** A refresh ends both old tokens: two refreshes at once leave one of them with nothing. */
function takeRefresh(tokens: Issued[], input: Readonly<Record<string, string>>): Grant | undefined {
  return removeToken(tokens, (each) => each.refresh === input['refresh_token'])?.grant;
}

function removeToken(tokens: Issued[], matches: (each: Issued) => boolean): Issued | undefined {
  const index = tokens.findIndex(matches);
  return index < 0 ? undefined : tokens.splice(index, 1)[0];
}
