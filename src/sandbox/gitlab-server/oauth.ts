import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FaultState, takeFaults } from './faults.ts';
import { message, type Reply } from './rest/reply.ts';
import { failWith, readBody, send } from './rest/serve.ts';
import { type User, userNamed, type World } from './world.ts';

interface Grant {
  readonly userId: number;
  readonly redirectUri: string;
  readonly challenge: string | null;
}

interface Issued {
  readonly grant: Grant;
  readonly access: string;
  readonly refresh: string;
  readonly expiresAt: Date;
}

/** The application that the bot links accounts with, as its owner sees it in GitLab. */
export interface OAuthApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The callback addresses that it may use; empty: any. */
  redirectUris: readonly string[];
}

/** Account linking, as a GitLab application gives it: authorization code with PKCE, rotating tokens. */
export interface OAuth {
  readonly application: OAuthApplication;
  /** Serves `/oauth/…`. */
  readonly listen: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Whose access token this is. */
  readonly findUser: (token: string) => User | undefined;
  /** What the person does on their page of applications: all their tokens end. */
  readonly takeBack: (username: string) => void;
  /** How many pairs of tokens are good. */
  readonly pairs: () => number;
  /** The access and refresh tokens that are good, as only their holder knows them. */
  readonly heldTokens: () => readonly string[];
}

const LIFETIME_S = 7200;

interface Desk {
  readonly world: World;
  readonly application: OAuthApplication;
  readonly codes: Map<string, Grant>;
  readonly tokens: Issued[];
}

type Input = Readonly<Record<string, string>>;

/**
 * Makes the OAuth side. The person is chosen by `as=<username>` on the authorize page; `deny` there says no.
 * @see https://docs.gitlab.com/api/oauth2/
 */
export function createOAuth(world: World, faultState: FaultState): OAuth {
  const application = { clientId: 'sandbox-application', clientSecret: 'gloas-sandbox', redirectUris: [] };
  const desk: Desk = { world, application, codes: new Map(), tokens: [] };
  const { tokens } = desk;
  return {
    application,
    findUser: (token) => {
      const issued = tokens.find((each) => each.access === token);
      if (issued === undefined || issued.expiresAt <= world.now()) return undefined;
      return world.users.find((user) => user.id === issued.grant.userId);
    },
    pairs: () => tokens.length,
    heldTokens: () => tokens.flatMap(({ access, refresh }) => [access, refresh]),
    takeBack: (username) => {
      const { id } = userNamed(world, username);
      while (removeToken(tokens, ({ grant }) => grant.userId === id) !== undefined);
    },
    listen: async (request, response) => {
      const url = new URL(request.url ?? '/', world.baseUrl);
      const { value } = await readBody(request);
      const input = { ...Object.fromEntries(url.searchParams), ...(value as Input | undefined) };
      const method = request.method ?? 'GET';
      const failed = failWith(faultState, takeFaults(faultState, method, url.pathname));
      send(response, failed ?? answer(desk, `${method} ${url.pathname}`, { url, input }));
    },
  };
}

function answer(desk: Desk, route: string, { url, input }: { readonly url: URL; readonly input: Input }): Reply {
  switch (route) {
    case 'GET /oauth/authorize':
      return authorize(desk, url);
    case 'POST /oauth/token':
      return isApplication(desk, input) ? exchange(desk, input) : refuse(401, 'invalid_client', CLIENT_REFUSED);
    case 'POST /oauth/revoke':
      if (!isApplication(desk, input)) return refuse(403, 'unauthorized_client', CLIENT_REFUSED);
      removeToken(desk.tokens, (each) => each.access === input['token'] || each.refresh === input['token']);
      return { status: 200, body: {} };
    default:
      return message(404, '404 Not Found');
  }
}

const CLIENT_REFUSED =
  'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.';
const GRANT_REFUSED =
  'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.';

function isApplication({ application }: Desk, input: Input): boolean {
  return input['client_id'] === application.clientId && input['client_secret'] === application.clientSecret;
}

/** As GitLab's OAuth layer does: the same in a header, which some libraries read instead of the body. */
function refuse(status: number, error: string, description: string): Reply {
  const challenge = `Bearer realm="Doorkeeper", error="${error}", error_description="${description}"`;
  return { status, body: { error, error_description: description }, headers: { 'www-authenticate': challenge } };
}

/** Without `as` a page to choose on; with it GitLab's redirect back. */
function authorize({ world, application, codes }: Desk, url: URL): Reply {
  const query = url.searchParams;
  const redirectUri = query.get('redirect_uri') ?? '';
  const { clientId, redirectUris } = application;
  if (query.get('client_id') !== clientId) return errorPage('Client authentication failed due to unknown client.');
  if (!URL.canParse(redirectUri) || (redirectUris.length > 0 && !redirectUris.includes(redirectUri))) {
    return errorPage('The redirect URI included is not valid.');
  }
  const back = (answer: Input): Reply => {
    const target = new URL(redirectUri);
    const state = query.get('state');
    for (const [name, value] of Object.entries({ ...answer, ...(state === null ? {} : { state }) })) {
      target.searchParams.set(name, value);
    }
    return { status: 302, body: '', headers: { location: target.href } };
  };
  if (query.get('response_type') !== 'code') return back({ error: 'unsupported_response_type' });
  if (query.get('scope') !== 'api') return back({ error: 'invalid_scope' });
  if (query.has('deny')) return back({ error: 'access_denied' });
  const user = world.users.find((each) => each.username === query.get('as'));
  if (user === undefined) return choicePage(world, url);
  const code = randomBytes(16).toString('hex');
  codes.set(code, { userId: user.id, redirectUri, challenge: query.get('code_challenge') });
  return back({ code });
}

function errorPage(problem: string): Reply {
  return { status: 400, body: problem, headers: { 'content-type': 'text/plain; charset=utf-8' } };
}

function choicePage(world: World, url: URL): Reply {
  const link = (name: string, value: string, label: string): string => {
    const to = new URL(url);
    to.searchParams.set(name, value);
    return `<li><a href="${to.href.replaceAll('&', '&amp;')}">${label}</a></li>`;
  };
  const people = world.users.filter((each) => !each.bot);
  const links = people.map(({ username }) => link('as', username, `Authorize as ${username}`));
  const body =
    "<!doctype html><title>Authorize</title><p>The bot asks to act in the sandbox's GitLab under your name.</p>" +
    `<ul>${links.join('')}${link('deny', '1', 'Deny')}</ul>`;
  return { status: 200, body, headers: { 'content-type': 'text/html; charset=utf-8' } };
}

function exchange({ world, codes, tokens }: Desk, input: Input): Reply {
  const grant = input['grant_type'] === 'refresh_token' ? takeRefresh(tokens, input) : takeCode(codes, input);
  if (grant === undefined) return refuse(400, 'invalid_grant', GRANT_REFUSED);
  const issued: Issued = {
    grant,
    access: randomBytes(32).toString('hex'),
    refresh: randomBytes(32).toString('hex'),
    expiresAt: new Date(world.now().getTime() + LIFETIME_S * 1000),
  };
  tokens.push(issued);
  return {
    status: 200,
    body: {
      access_token: issued.access,
      token_type: 'Bearer',
      expires_in: LIFETIME_S,
      refresh_token: issued.refresh,
      scope: 'api',
      created_at: Math.floor(world.now().getTime() / 1000),
    },
  };
}

/** A code is good once, with the same address and the verifier of its challenge. */
function takeCode(codes: Map<string, Grant>, input: Input): Grant | undefined {
  const grant = codes.get(input['code'] ?? '');
  codes.delete(input['code'] ?? '');
  if (grant === undefined || input['grant_type'] !== 'authorization_code') return undefined;
  if (grant.redirectUri !== input['redirect_uri']) return undefined;
  const verifier = createHash('sha256')
    .update(input['code_verifier'] ?? '')
    .digest('base64url');
  return grant.challenge === null || grant.challenge === verifier ? grant : undefined;
}

/** A refresh ends both old tokens: two refreshes at once leave one of them with nothing. */
function takeRefresh(tokens: Issued[], input: Input): Grant | undefined {
  return removeToken(tokens, ({ refresh, grant }) => {
    return refresh === input['refresh_token'] && grant.redirectUri === input['redirect_uri'];
  })?.grant;
}

function removeToken(tokens: Issued[], matches: (each: Issued) => boolean): Issued | undefined {
  const index = tokens.findIndex(matches);
  return index < 0 ? undefined : tokens.splice(index, 1)[0];
}
