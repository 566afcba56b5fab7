import { webApi } from '@slack/bolt';
import type { z } from 'zod';
import type { SlackError } from '../domain/errors.ts';
import { silentBoltLogger } from './bolt-logger.ts';
import { toSlackError, unreadable } from './errors.ts';

/** Above it a call counts as lost; the leader's lease is checked against the same time before each write. */
export const CALL_TIMEOUT_MS = 8_000;

/** A 429 without this header is a plain Error in the client, which says neither what it is nor how long to wait. */
const DEFAULT_RETRY_AFTER_S = 30;

export type CallResult = 'ok' | 'error' | 'unknown';

/** Told of each call to Slack once it has ended. */
export type OnSlackCall = (method: string, result: CallResult, durationMs: number) => void;

export interface SlackClientOptions {
  readonly botToken: string;
  /** With its trailing slash, e.g. `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly now: () => Date;
  readonly onCall?: OnSlackCall | undefined;
  readonly timeoutMs?: number | undefined;
  /** Shown every answer before it is read, for what its headers tell. */
  readonly onResponse?: ((response: Response) => void) | undefined;
}

/** One call of a Web API method: never repeated, never queued behind others; throws `SlackError`. */
export type CallSlack = (method: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** A Web API client that does each call once. Its default of ten retries posts a message again after a lost answer. */
export function createSlackClient(options: SlackClientOptions): CallSlack {
  const client = new webApi.WebClient(options.botToken, {
    slackApiUrl: options.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: options.timeoutMs ?? CALL_TIMEOUT_MS,
    allowAbsoluteUrls: false,
    logger: silentBoltLogger,
    fetch: async (...request) => {
      const response = await fetchWithRetryAfter(...request);
      options.onResponse?.(response);
      return response;
    },
  });
  return (method, args) => timed(options, method, () => client.apiCall(method, { ...args }));
}

/** Runs one call, tells `onCall` how it ended, and throws nothing but `SlackError`. */
export async function timed<T>(
  { now, onCall }: Pick<SlackClientOptions, 'now' | 'onCall'>,
  method: string,
  call: () => Promise<T>,
): Promise<T> {
  const startedAt = now().getTime();
  const told = (result: CallResult) => onCall?.(method, result, now().getTime() - startedAt);
  try {
    const result = await call();
    told('ok');
    return result;
  } catch (error) {
    const failure: SlackError = toSlackError(method, error);
    told(failure.outcome === 'unknown' ? 'unknown' : 'error');
    throw failure;
  }
}

/** Reads what we need of an answer; throws `SlackError` with an unknown outcome when it is not there. */
export function readReply<T>(schema: z.ZodType<T>, reply: unknown, method: string): T {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw unreadable(method, parsed.error);
}

async function fetchWithRetryAfter(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  if (response.status !== 429 || Number.isFinite(Number.parseInt(response.headers.get('retry-after') ?? '', 10))) {
    return response;
  }
  await response.body?.cancel();
  return new Response(null, { status: 429, headers: { 'retry-after': String(DEFAULT_RETRY_AFTER_S) } });
}
