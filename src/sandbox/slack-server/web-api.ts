import type { FaultEffect, FaultState } from './faults.ts';
import type { JsonObject } from './json.ts';
import { readText } from './json.ts';
import { BLOCK_METHODS } from './methods/blocks.ts';
import { CHAT_METHODS } from './methods/chat.ts';
import type { ApiMethod } from './methods/context.ts';
import { CONVERSATION_METHODS, missingScope } from './methods/conversations.ts';
import { PEOPLE_METHODS } from './methods/people.ts';
import { VIEW_METHODS } from './methods/views.ts';
import type { RateLimits } from './rate-limits.ts';
import { ApiRefusal } from './refusal.ts';
import type { Workspace } from './workspace.ts';

const METHODS: Readonly<Record<string, ApiMethod>> = {
  ...PEOPLE_METHODS,
  ...CHAT_METHODS,
  ...CONVERSATION_METHODS,
  ...VIEW_METHODS,
  ...BLOCK_METHODS,
};

/** The one method that takes the app token, and takes no other. */
const OPEN_SOCKET = 'apps.connections.open';

/** One Web API or response_url call, as it was answered. The token is left out of `args`. */
export interface RecordedCall {
  readonly method: string;
  readonly args: JsonObject;
  readonly at: Date;
  readonly status: number;
  readonly result: JsonObject;
  /** The answer never left: the connection was cut, before or after the deed. */
  readonly reset: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly delayMs: number;
  readonly isReset: boolean;
}

export interface WebApi {
  call(method: string, args: JsonObject, token: string | undefined): Answer;
}

export interface WebApiDeps {
  readonly workspace: Workspace;
  readonly now: () => Date;
  readonly botToken: string;
  readonly appToken: string;
  /** The address of a new socket, for the app token alone. */
  readonly openSocket: () => string;
  readonly scopes: ReadonlySet<string>;
  readonly rateLimits: RateLimits | undefined;
  readonly faults: FaultState;
  readonly calls: RecordedCall[];
  readonly changed: () => void;
}

/** The methods of the Web API that the app may call; everything else is `unknown_method`. */
export function createWebApi(deps: WebApiDeps): WebApi {
  return {
    call(method, args, token) {
      const fault = deps.faults.take(method);
      const answer = withFault(fault, () => perform(deps, method, args, token));
      const { token: _secret, ...rest } = args;
      const { status, body: result, isReset: reset } = answer;
      deps.calls.push({ method, args: rest, at: deps.now(), status, result, reset });
      deps.changed();
      return answer;
    },
  };
}

/** What a fault makes of a call; the deed itself is done only where the fault lets it be done. */
export function withFault(fault: FaultEffect | undefined, deed: () => Answer): Answer {
  if (fault === undefined) return deed();
  switch (fault.kind) {
    case 'rate_limited':
      return rateLimited(fault.retryAfter ?? 1);
    case 'http':
      return { ...answerWith({ ok: false, error: 'internal_error' }), status: fault.status };
    case 'error':
      return answerWith({ ok: false, error: fault.error });
    case 'reset_before':
      return { ...answerWith({}), status: 0, isReset: true };
    case 'reset_after':
      return { ...deed(), isReset: true };
    case 'slow':
      return { ...deed(), delayMs: fault.ms };
    default:
      return fault satisfies never;
  }
}

/** A plain answer with status 200, which Slack gives for refusals too. */
export function answerWith(body: JsonObject): Answer {
  return { status: 200, headers: {}, body, delayMs: 0, isReset: false };
}

function rateLimited(seconds: number): Answer {
  const body = { ok: false, error: 'ratelimited' };
  return { ...answerWith(body), status: 429, headers: { 'retry-after': String(seconds) } };
}

function methodNamed({ openSocket }: WebApiDeps, method: string): ApiMethod | undefined {
  if (method === OPEN_SOCKET) return { scopes: [], run: () => ({ url: openSocket() }) };
  return Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
}

function perform(deps: WebApiDeps, method: string, args: JsonObject, token: string | undefined): Answer {
  const known = methodNamed(deps, method);
  // Only a token that counts has scopes to tell.
  const scopeHeaders: Record<string, string> =
    token === deps.botToken ? { 'x-oauth-scopes': [...deps.scopes].join(',') } : {};
  try {
    if (known === undefined) throw new ApiRefusal('unknown_method');
    if (token === undefined || token === '') throw new ApiRefusal('not_authed');
    if (token !== deps.botToken && token !== deps.appToken) throw new ApiRefusal('invalid_auth');
    if ((token === deps.appToken) !== (method === OPEN_SOCKET)) throw new ApiRefusal('not_allowed_token_type');
    const now = deps.now();
    const wait = deps.rateLimits?.take(method, readText(args, 'channel') ?? '', now);
    if (wait !== undefined) return rateLimited(wait);
    if (known.scopes.length > 0 && !known.scopes.some((scope) => deps.scopes.has(scope))) {
      throw missingScope(known.scopes[0] ?? '', deps.scopes);
    }
    const result = known.run({ workspace: deps.workspace, now, scopes: deps.scopes }, args);
    return { ...answerWith({ ok: true, ...result }), headers: scopeHeaders };
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return { ...answerWith({ ok: false, error: error.slackError, ...error.extra }), headers: scopeHeaders };
  }
}
