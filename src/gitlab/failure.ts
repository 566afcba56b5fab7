import { GitLabError, NotFoundError, type WriteOutcome } from '../domain/errors.ts';

/** The call that failed, as it may be shown: no query, no headers, no body. */
export interface FailedCall {
  readonly method: string;
  /** Below `/api/v4`, e.g. `/projects/7/jobs/9/play`. */
  readonly path: string;
}

/** An answer of GitLab's with its body read: JSON, text or nothing. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Errors by which a connection was never made, so the request certainly did not arrive. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const hints: Readonly<Record<number, string>> = {
  401: 'Check GITLAB_TOKEN: it is wrong, revoked or expired.',
  403: 'The token may not do this: it needs the api scope, and its user a sufficient role in the project.',
  429: 'GitLab limits how often it may be asked; it is tried again later.',
};

/** Turns an answer that is no success into the error it means. */
export function describeRefusal(call: FailedCall, answer: Answer, now: Date): GitLabError | NotFoundError {
  const { status, headers } = answer;
  const said = readErrorText(answer.body);
  const message = `GitLab answered ${status} to ${call.method} ${call.path}${said === '' ? '' : `: ${said}`}`;
  if (status === 404) {
    return new NotFoundError(message, { hint: 'It is not there, or the user of GITLAB_TOKEN may not see it.' });
  }
  return new GitLabError(
    message,
    {
      status,
      ...call,
      outcome: refusalOutcome(call.method, status),
      requestId: headers['x-request-id'],
      retryAfterMs: readRetryAfter(headers['retry-after'], now),
    },
    { hint: hintFor(status, headers['location']) },
  );
}

/** Turns a request without an answer (timeout, reset, no connection) into an error. */
export function describeSilence(call: FailedCall, error: unknown): GitLabError {
  const code = errorCode(error);
  const slow = code === 'TimeoutError' || code === 'AbortError';
  const outcome: WriteOutcome = call.method === 'GET' || neverSent.has(code) ? 'none' : 'unknown';
  // The original error is not attached: what fetch complains about may quote the headers.
  return new GitLabError(
    slow
      ? `GitLab did not answer ${call.method} ${call.path} in time`
      : `GitLab could not be reached for ${call.method} ${call.path} (${code})`,
    { status: 0, ...call, outcome },
    { hint: slow ? 'GitLab is slow or unreachable.' : 'Check GITLAB_URL and the network between here and GitLab.' },
  );
}

/** An answer of success that cannot be read: what was asked for has probably been done. */
export function describeGarbled(call: FailedCall, answer: Pick<Answer, 'status' | 'headers'>): GitLabError {
  return new GitLabError(`GitLab's answer to ${call.method} ${call.path} could not be read`, {
    status: answer.status,
    ...call,
    outcome: call.method === 'GET' ? 'none' : 'unknown',
    requestId: answer.headers['x-request-id'],
  });
}

/** 408 and 5xx may come from a proxy after GitLab began; any other 4xx and a redirect are a definite no. */
function refusalOutcome(method: string, status: number): WriteOutcome {
  if (method === 'GET') return 'none';
  return status >= 500 || status === 408 ? 'unknown' : 'none';
}

function hintFor(status: number, location: string | undefined): string {
  if (status >= 300 && status < 400) {
    return `GitLab points elsewhere${location ? ` (${location})` : ''}: check GITLAB_URL and the project's path.`;
  }
  return hints[status] ?? (status >= 500 ? 'GitLab has trouble of its own; see its status page or logs.' : '');
}

/**
 * What an error body says, in one line: `message` as text, list or fields with lists, `error` with
 * `error_description`, or plain text. Pages of proxies say nothing.
 * @see https://docs.gitlab.com/api/rest/troubleshooting/
 */
function readErrorText(body: unknown): string {
  if (typeof body === 'string') return body.trimStart().startsWith('<') ? '' : oneLine(body);
  if (!isRecord(body)) return '';
  const { message, error, error_description: description } = body;
  return oneLine([flatten(message), flatten(error), flatten(description)].filter((part) => part !== '').join(': '));
}

function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(flatten).join(', ');
  if (!isRecord(value)) return '';
  return Object.entries(value)
    .map(([field, problem]) => `${field} ${flatten(problem)}`)
    .join('; ');
}

/** A body's text can be anything, so it is cut before it gets into messages. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** `Retry-After` in milliseconds: it holds seconds or a date. */
function readRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? new Date(header).getTime() - now.getTime() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { cause } = error;
  if (isRecord(cause) && typeof cause['code'] === 'string') return cause['code'];
  if (isRecord(error) && typeof error['code'] === 'string') return error['code'];
  return error.name;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
