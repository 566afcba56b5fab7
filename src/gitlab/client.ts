import { setTimeout as wait } from 'node:timers/promises';
import type { Gitlab } from '@gitbeaker/rest';
import type { PersonToken } from '../app/links/link-ports.ts';
import { ConfigError, GitLabError, LinkError, NotFoundError, PayloadError } from '../domain/errors.ts';
import { type Answer, describeGarbled, describeRefusal, describeSilence, type FailedCall } from './failure.ts';
import { buildUrl, routeOf, type SearchParams, snakeCaseNames } from './request-url.ts';
import { readBody } from './response-body.ts';

/** One request that was made, for metrics and logs. `status` 0: no answer. */
export interface GitLabCall {
  readonly method: string;
  /** Without ids and names, e.g. `projects/:id/jobs/:id/play`. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** Times and counts, settable by tests. */
export interface RequestLimits {
  /** A read with its repetitions ends within this. */
  readonly readBudgetMs: number;
  /** One attempt of a read. */
  readonly readAttemptMs: number;
  readonly writeTimeoutMs: number;
  /** Reads at the same time; more wait. */
  readonly reads: number;
}

export interface RequesterOptions {
  /** GitLab's address; may have a path. */
  readonly url: string;
  readonly token: string | PersonToken;
  readonly now: () => Date;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly onCall?: ((call: GitLabCall) => void) | undefined;
  readonly limits?: Partial<RequestLimits> | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/** What gitbeaker calls. */
type Requester = ReturnType<NonNullable<ConstructorParameters<typeof Gitlab<false>>[0]['requesterFn']>>;

/** The budget of a read, pages and repetitions included. */
export const readBudgetMs = 30_000;

const defaults: RequestLimits = { readBudgetMs, readAttemptMs: 15_000, writeTimeoutMs: 8_000, reads: 16 };
const retryDelaysMs = [250, 1_000] as const;
const retriedStatuses = new Set([0, 429, 502, 503, 504]);
const maxRedirects = 3;

interface Request extends FailedCall {
  readonly url: URL;
  readonly route: string;
  readonly body?: string | undefined;
}

interface RequestOptions {
  readonly searchParams?: SearchParams;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Gives each of gitbeaker's resources its requester. All share one set of limits. */
export type RequesterFn = (resource: { readonly url: string }) => Requester;

/**
 * Gitbeaker's `requesterFn`, which asks GitLab as we need it: reads are tried up to three times within their budget,
 * writes exactly once, since GitLab has no idempotency keys and a second POST may play a job twice. Failures are
 * `GitLabError` (its `outcome` tells whether a write may have happened), `NotFoundError` or `PayloadError`, and never
 * hold the token. Gitbeaker's own requester repeats writes on 502 and 429 and renames keys inside `inputs`.
 * @throws ConfigError when the token cannot be sent in a header.
 * @see https://docs.gitlab.com/api/rest/
 */
export function createRequester(options: RequesterOptions): RequesterFn {
  // A header that cannot be sent makes fetch throw an error that quotes its value.
  if (typeof options.token === 'string' && !/^[\x21-\x7e]+$/.test(options.token)) {
    throw new ConfigError([
      { setting: 'GITLAB_TOKEN', problem: 'is empty or holds a space or line break', mend: 'Copy it again' },
    ]);
  }
  const limits = { ...defaults, ...options.limits };
  const slots = createSlots(limits.reads);
  const send = createSender(options);
  const sleep = options.sleep ?? ((ms, signal) => wait(ms, undefined, { signal }));

  const read = async (request: Request, signal: AbortSignal): Promise<Answer> => {
    const deadline = options.now().getTime() + limits.readBudgetMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await send(request, AbortSignal.any([signal, AbortSignal.timeout(limits.readAttemptMs)]));
      } catch (error) {
        const delayMs = retryDelaysMs[attempt];
        if (!isRetried(error) || delayMs === undefined || signal.aborted) throw error;
        const waitMs = Math.max(error.retryAfterMs ?? 0, delayMs);
        if (options.now().getTime() + waitMs >= deadline) throw error;
        // An aborted wait means that the budget is spent; the last failure tells more than "aborted".
        await sleep(waitMs, signal).catch(() => Promise.reject(error));
      }
    }
  };

  return ({ url }) => {
    // Some resources (members) keep the beginning of their paths in their address.
    const prefix = url.slice(url.lastIndexOf('/api/v4/') + '/api/v4/'.length);
    const below = (endpoint: string): string => (prefix === '' ? endpoint : `${prefix}/${endpoint}`);

    const get = async (endpoint: string, given: RequestOptions = {}): Promise<Answer> => {
      const request = toRequest(options.url, 'GET', below(endpoint), given);
      const release = await slots();
      try {
        return withNextLink(await read(request, withTimeout(given.signal, limits.readBudgetMs)), request.url);
      } finally {
        release();
      }
    };
    // Writes do not wait for a slot: their caller has just checked that it still holds the lease.
    const write =
      (method: string) =>
      async (endpoint: string, given: RequestOptions = {}): Promise<Answer> =>
        send(toRequest(options.url, method, below(endpoint), given), withTimeout(given.signal, limits.writeTimeoutMs));

    const requester = { get, post: write('POST'), put: write('PUT'), patch: write('PATCH'), delete: write('DELETE') };
    // Gitbeaker lets each caller name the type of the body; ours is unknown until a schema has read it.
    return requester as unknown as Requester;
  };
}

function withTimeout(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const timeout = AbortSignal.timeout(ms);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function isRetried(error: unknown): error is GitLabError {
  return error instanceof GitLabError && retriedStatuses.has(error.status);
}

function toRequest(base: string, method: string, endpoint: string, given: RequestOptions): Request {
  const url = buildUrl(base, endpoint, given.searchParams);
  const path = `/${endpoint}`;
  if (!url) throw new NotFoundError(`GitLab has nothing at ${path}`);
  const body = isFields(given.body) && Object.keys(given.body).length > 0 ? snakeCaseNames(given.body) : undefined;
  return { method, path, url, route: routeOf(endpoint), body: body && JSON.stringify(body) };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Makes one exchange: one request, and for a GET the redirects that stay below GitLab's own API address. */
function createSender(options: RequesterOptions): (request: Request, signal: AbortSignal) => Promise<Answer> {
  const { now, onCall, token: held } = options;
  const exchange = createExchange(options);
  const isPersons = typeof held !== 'string';

  return async (request, signal) => {
    const startedAt = now().getTime();
    const call = { method: request.method, path: request.path };
    const report = (status: number): void =>
      onCall?.({ method: call.method, route: request.route, status, ms: now().getTime() - startedAt });
    const ask = async (token: string): Promise<Answer> => {
      const answer = await exchange(request, token, signal).catch((error: unknown) => {
        report(0);
        throw describeSilence(call, error);
      });
      report(answer.status);
      return answer;
    };
    let token = isPersons ? await held.current() : held;
    let answer = await ask(token);
    if (answer.status === 401 && isPersons) {
      // Nothing was done. It may have ended before its time, which a renewal mends, or have been taken back.
      token = await held.renew(token);
      answer = await ask(token);
      if (answer.status === 401) throw new LinkError('GitLab does not take your token', { retryable: false });
    }
    if (answer.status < 200 || answer.status >= 300) {
      throw describeRefusal(call, withoutToken(answer, token), now());
    }
    if (!(answer.body instanceof PayloadError)) return answer;
    throw request.method === 'GET' ? answer.body : describeGarbled(call, answer);
  };
}

function createExchange(
  options: RequesterOptions,
): (request: Request, token: string, signal: AbortSignal) => Promise<Answer> {
  const fetch = options.fetch ?? globalThis.fetch;
  const api = new URL(`${options.url.replace(/\/+$/, '')}/api/v4/`);
  // GitLab takes the token of an OAuth application in no other header.
  const proof = (token: string): Record<string, string> =>
    typeof options.token === 'string' ? { 'private-token': token } : { authorization: `Bearer ${token}` };

  return async (request, token, signal) => {
    let { url } = request;
    for (let hops = 0; ; hops++) {
      const response = await fetch(url, {
        method: request.method,
        headers: {
          ...proof(token),
          accept: 'application/json, text/plain, */*',
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: 'manual',
        signal,
      });
      const next = request.method === 'GET' && hops < maxRedirects ? redirectOf(response, url, api) : undefined;
      if (!next) return { status: response.status, headers: headersOf(response), body: await readAny(response) };
      await response.body?.cancel();
      url = next;
    }
  };
}

/** What a proxy says of a request may quote it. */
function withoutToken(answer: Answer, token: string): Answer {
  const { status, headers } = answer;
  const body = answer.body instanceof Error ? answer.body.message : answer.body;
  return JSON.parse(JSON.stringify({ status, headers, body }).replaceAll(token, '[token]')) as Answer;
}

/** A body that cannot be read is told by its status, so its error is carried along rather than thrown. */
async function readAny(response: Response): Promise<unknown> {
  return readBody(response).catch((error: unknown) => {
    if (error instanceof PayloadError) return error;
    throw error;
  });
}

/**
 * Where a moved project's redirect leads. Never to another origin or out of the API: the token would go with it, or a
 * sign-in page would come back as if it were the answer.
 */
function redirectOf(response: Response, from: URL, api: URL): URL | undefined {
  const location = response.headers.get('location');
  if (![301, 302, 307, 308].includes(response.status) || location === null) return undefined;
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  return target?.origin === api.origin && target.pathname.startsWith(api.pathname) ? target : undefined;
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(response.headers.entries());
}

/** Gitbeaker pages by `Link` alone; where a proxy drops it, `x-next-page` says the same. */
function withNextLink(answer: Answer, url: URL): Answer {
  const page = answer.headers['x-next-page'];
  if (!page || answer.headers['link']) return answer;
  const next = new URL(url);
  next.searchParams.set('page', page);
  return { ...answer, headers: { ...answer.headers, link: `<${next.href}>; rel="next"` } };
}

/** Hands out `count` slots; who finds none waits in line. Each holder is bound by its budget, so the line moves. */
function createSlots(count: number): () => Promise<() => void> {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return release;
  };
}
