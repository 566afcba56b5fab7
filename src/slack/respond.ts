import type { SlackContent } from '../app/ports.ts';
import { SlackError } from '../domain/errors.ts';
import { CALL_TIMEOUT_MS } from './client.ts';
import { httpFailure, networkFailure, rateLimited, refusal } from './errors.ts';

const METHOD = 'response_url';
const DEFAULT_RETRY_AFTER_S = 30;

/**
 * Answers a person through a response_url: one POST, no repetition. Five are allowed within 30 minutes.
 * @see https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export async function postToResponseUrl(
  url: string,
  message: SlackContent & { readonly replaceOriginal: boolean },
  options: { readonly apiUrl: string; readonly timeoutMs?: number | undefined },
): Promise<void> {
  const target = allowedTarget(url, options.apiUrl);
  const response = await send(target, bodyOf(message), options.timeoutMs ?? CALL_TIMEOUT_MS);
  const code = errorCodeOf(
    await response.text().catch((error: unknown) => Promise.reject(networkFailure(METHOD, error))),
  );
  if (response.status === 429) {
    const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
    throw rateLimited(METHOD, (Number.isFinite(seconds) ? seconds : DEFAULT_RETRY_AFTER_S) * 1000);
  }
  if (response.status >= 500) throw httpFailure(METHOD, response.status);
  if (code !== undefined) throw refusal(METHOD, code);
  if (!response.ok) throw httpFailure(METHOD, response.status);
}

/** The address came in a signed payload, and still may not be used to make us call hosts at will. */
function allowedTarget(url: string, apiUrl: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  const isOurStandIn = target?.protocol === 'http:' && target.host === new URL(apiUrl).host;
  if (target !== undefined && (target.protocol === 'https:' || isOurStandIn)) return target;
  throw new SlackError(
    'The address to answer to is not an https address',
    { slackCode: 'invalid_response_url', outcome: 'none', retryable: false },
    { hint: 'Type the command again.' },
  );
}

function bodyOf({ text, blocks, replaceOriginal }: SlackContent & { readonly replaceOriginal: boolean }): string {
  return JSON.stringify({
    text,
    ...(blocks.length === 0 ? {} : { blocks }),
    // With it a replaced channel message would have to be ephemeral, which it can not become.
    ...(replaceOriginal ? {} : { response_type: 'ephemeral' }),
    replace_original: replaceOriginal,
    unfurl_links: false,
    unfurl_media: false,
  });
}

async function send(target: URL, body: string, timeoutMs: number): Promise<Response> {
  try {
    return await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw networkFailure(METHOD, error);
  }
}

/** Slack says `ok` in plain text, or JSON with `ok: false` and a code. */
function errorCodeOf(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
    return typeof body.error === 'string' ? body.error : undefined;
  } catch {
    // Not JSON: the plain `ok`, or a page from something in between, whose status decides.
    return undefined;
  }
}
