import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FaultState, type RestFault, takeFaults } from '../faults.ts';
import { dayOf } from '../people.ts';
import type { Hook } from '../webhooks/hook.ts';
import type { User, World } from '../world.ts';
import { deploymentRoutes } from './deployments.ts';
import { answerElsewhere, groupRoutes } from './groups.ts';
import { createGroupHookRoutes, createHookRoutes } from './hooks.ts';
import { jobRoutes } from './jobs.ts';
import { mergeRequestRoutes } from './merge-requests.ts';
import { pipelineRoutes } from './pipelines.ts';
import { projectRoutes } from './project.ts';
import { releaseRoutes } from './releases.ts';
import { forbidden, type Handler, invalid, message, notFound, type Reply, ReplyError, type Route } from './reply.ts';
import { repositoryRoutes } from './repository.ts';
import { userRoutes } from './users.ts';

/** One request the REST API got, as tests look at it. */
export interface RecordedRequest {
  readonly method: string;
  /** Path as sent, `/api/v4` included, query left out. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Whose token it was; undefined when refused. */
  readonly username: string | undefined;
  /** 0 when the connection was cut. */
  readonly status: number;
}

/** What serving needs. */
export interface RestDeps {
  readonly world: World;
  readonly hooks: Hook[];
  readonly groupHooks: Hook[];
  readonly faults: FaultState;
  readonly requests: RecordedRequest[];
  /** Whose OAuth access token this is. */
  readonly findOAuthUser: (token: string) => User | undefined;
}

const REMEMBERED = 10_000;
const PREFIX = '/api/v4';

/** Makes the listener for everything below `/api/v4`. */
export function createRestListener(
  deps: RestDeps,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const routes = compileRoutes([
    ...userRoutes,
    ...projectRoutes,
    ...groupRoutes,
    ...pipelineRoutes,
    ...jobRoutes,
    ...deploymentRoutes,
    ...repositoryRoutes,
    ...mergeRequestRoutes,
    ...releaseRoutes,
    ...createHookRoutes(deps.hooks),
    ...createGroupHookRoutes(deps.groupHooks),
  ]);
  return async (request, response) => {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', deps.world.baseUrl);
    const method = request.method ?? 'GET';
    const faults = takeFaults(deps.faults, method, url.pathname);
    const caller = findCaller(deps, request);
    const record = (status: number): void => {
      deps.requests.push({
        method,
        path: url.pathname,
        query: recordQuery(url.searchParams),
        body: body.value,
        username: caller?.user.username,
        status,
      });
      if (deps.requests.length > REMEMBERED) deps.requests.shift();
    };
    const slow = faults.find((fault) => fault.kind === 'slow');
    if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow.ms));
    if (deps.faults.outage === 'reset' || hasFault(faults, 'reset before')) {
      record(0);
      request.socket.destroy();
      return;
    }
    const failed = failWith(deps.faults, faults, tokenOf(request));
    const reply = failed ?? answer({ deps, routes, caller }, { method, url, body });
    if (hasFault(faults, 'reset after')) {
      record(0);
      request.socket.destroy();
      return;
    }
    record(reply.status);
    send(response, reply);
  };
}

/** Writes a reply; strings go out as plain text. */
export function send(response: ServerResponse, reply: Reply): void {
  const isText = typeof reply.body === 'string';
  response.writeHead(reply.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'x-request-id': randomUUID(),
    ...reply.headers,
  });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
}

/** A request's body: JSON or a form. */
export interface Body {
  readonly value: unknown;
  readonly isBroken: boolean;
}

/** Reads a body to its end. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return { value: undefined, isBroken: false };
  if (request.headers['content-type']?.includes('application/x-www-form-urlencoded') === true) {
    return { value: Object.fromEntries(new URLSearchParams(text)), isBroken: false };
  }
  try {
    return { value: JSON.parse(text), isBroken: false };
  } catch {
    // The caller answers 400; what was wrong inside does not matter to it.
    return { value: text, isBroken: true };
  }
}

interface Compiled {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: Handler;
}

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: Body;
}

interface Desk {
  readonly deps: RestDeps;
  readonly routes: readonly Compiled[];
  readonly caller: Caller | undefined;
}

/** Whose token it is, and what that token may do. */
interface Caller {
  readonly user: User;
  readonly scopes: readonly string[];
  readonly isExpired: boolean;
}

function answer({ deps, routes, caller }: Desk, { method, url, body }: Asked): Reply {
  const segments = url.pathname.slice(PREFIX.length + 1).split('/');
  const found = findRoute(routes, method, segments);
  if (found === undefined) return { status: 404, body: { error: '404 Not Found' } };
  if (caller === undefined) return message(401, '401 Unauthorized');
  const { user } = caller;
  const lack = checkToken(caller, method, segments);
  if (lack !== undefined) return lack;
  if (body.isBroken) return invalid('Problems parsing JSON');
  const { params, handler } = found;
  const world = worldOf(deps.world, params['id']);
  const elsewhere = answerElsewhere({ world, user, method, url, params }, segments);
  if (elsewhere !== undefined) return elsewhere;
  const refusal =
    params['id'] === undefined ? undefined : checkProject(world, user, { id: params['id'], method, segments });
  if (refusal !== undefined) return refusal;
  const input = { ...readQuery(url.searchParams), ...(body.value as Record<string, unknown> | undefined) };
  try {
    return handler({ world, user, method, url, params, input });
  } catch (error) {
    if (error instanceof ReplyError) return error.reply;
    throw error;
  }
}

/** The project that is asked for, if it is one with pipelines. */
function worldOf(world: World, id: string | undefined): World {
  return world.projects.find(({ project }) => id === String(project.id) || id === project.path) ?? world;
}

/** What GitLab's OAuth layer says of a token that is over or may not do this. */
function checkToken({ scopes, isExpired }: Caller, method: string, segments: readonly string[]): Reply | undefined {
  if (isExpired) {
    const words = 'Token is expired. You can either do re-authorization or token refresh.';
    return { status: 401, body: { error: 'invalid_token', error_description: words } };
  }
  const isRead = method === 'GET';
  const isOwn = isRead && (segments[0] === 'user' || segments[0] === 'users');
  const asksItself = segments.join('/') === 'personal_access_tokens/self';
  const isEnough =
    asksItself ||
    scopes.includes('api') ||
    (isRead && scopes.includes('read_api')) ||
    (isOwn && scopes.includes('read_user'));
  if (isEnough) return undefined;
  const words = 'The request requires higher privileges than provided by the access token.';
  const needed = isRead ? 'api read_api' : 'api';
  return { status: 403, body: { error: 'insufficient_scope', error_description: words, scope: needed } };
}

const NEEDS_REPORTER = new Set([
  'pipelines',
  'pipeline',
  'jobs',
  'deployments',
  'environments',
  'repository',
  'releases',
  'ci',
]);

/** A private project is hidden from who is no member, and shows little to guests. */
function checkProject(
  world: World,
  user: User,
  asked: { id: string; method: string; segments: readonly string[] },
): Reply | undefined {
  const level = world.members.get(user.id);
  const isThis = asked.id === String(world.project.id) || asked.id === world.project.path;
  if (!isThis || level === undefined) return notFound('Project');
  if (world.settings.archived && asked.method !== 'GET') return forbidden();
  return level < 20 && NEEDS_REPORTER.has(asked.segments[2] ?? '') ? forbidden() : undefined;
}

function compileRoutes(routes: readonly Route[]): readonly Compiled[] {
  const compiled = routes.map(([method, path, handler]) => ({ method, segments: path.slice(1).split('/'), handler }));
  // A fixed word wins over a parameter: `pipelines/latest` over `pipelines/:pipeline_id`.
  const weight = (each: Compiled): number => each.segments.filter((segment) => segment.startsWith(':')).length;
  return compiled.sort((a, b) => weight(a) - weight(b));
}

interface Found {
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string>>;
}

function findRoute(routes: readonly Compiled[], method: string, segments: readonly string[]): Found | undefined {
  for (const route of routes) {
    const params = route.method === method ? matchSegments(route.segments, segments) : undefined;
    if (params !== undefined) return { handler: route.handler, params };
  }
  return undefined;
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const takesRest = pattern.at(-1)?.endsWith('*') === true;
  if (takesRest ? segments.length < pattern.length : segments.length !== pattern.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.endsWith('*')) params[part.slice(1, -1)] = decode(segments.slice(index).join('/'));
    else if (part.startsWith(':')) params[part.slice(1)] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape stands for itself and then matches nothing.
    return text;
  }
}

function readQuery(query: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const key of new Set(query.keys())) {
    if (key.endsWith('[]')) input[key.slice(0, -2)] = query.getAll(key);
    else input[key] = query.getAll(key).at(-1);
  }
  return input;
}

/** A name that is given several times is recorded once, its values joined by commas. */
function recordQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((key) => [key, query.getAll(key).join(',')]));
}

function findCaller(deps: RestDeps, request: IncomingMessage): Caller | undefined {
  if (deps.faults.isTokenRefused) return undefined;
  const bearer = bearerOf(request);
  const token = tokenOf(request);
  // OAuth tokens are good as Bearer only; personal ones in both places.
  const linked = bearer === undefined ? undefined : deps.findOAuthUser(bearer);
  const user = linked ?? deps.world.users.find((each) => each.token === token);
  if (user?.state !== 'active') return undefined;
  if (linked !== undefined) return { user, scopes: ['api'], isExpired: false };
  const today = dayOf(deps.world.now());
  return { user, scopes: user.tokenScopes, isExpired: user.tokenExpiresAt !== null && user.tokenExpiresAt <= today };
}

function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function tokenOf(request: IncomingMessage): string | undefined {
  const { 'private-token': token } = request.headers;
  return typeof token === 'string' ? token : bearerOf(request);
}

function hasFault(faults: readonly RestFault[], kind: RestFault['kind']): boolean {
  return faults.some((fault) => fault.kind === kind);
}

/** What a request gets that meets an outage or a fault with a status. `token`: the one it came with. */
export function failWith(state: FaultState, faults: readonly RestFault[], token = ''): Reply | undefined {
  if (state.outage === '502') return badGateway(502);
  const fault = faults.find((each) => each.kind === 'status');
  if (fault === undefined) return undefined;
  const headers = fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) };
  if (fault.status === 429) return { status: 429, body: 'Retry later\n', headers };
  if (fault.status === 502 || fault.status === 503 || fault.status === 504)
    return { ...badGateway(fault.status), headers };
  const words: Record<number, string> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    500: 'Internal Server Error',
  };
  const said = `${fault.status} ${words[fault.status] ?? 'Error'}`;
  return { ...message(fault.status, fault.echo ? `${said}: asked with ${token}` : said), headers };
}

function badGateway(status: number): Reply {
  return {
    status,
    body: `<html><head><title>${status} Bad Gateway</title></head></html>`,
    headers: { 'content-type': 'text/html' },
  };
}
