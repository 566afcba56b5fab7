import { webApi } from '@slack/bolt';
import { SlackError, type WriteOutcome } from '../domain/errors.ts';

const INVITE =
  'Type `/invite @bot` (the name of this app) in that channel; if it is gone, correct the id in chatops.yml.';
const TOKEN = 'Put the bot token of the installed app into SLACK_BOT_TOKEN and start again.';
const OURS = 'This is a mistake of the bot: please report it with this code.';
const POLICY = "A rule of the workspace or the channel forbids it: ask a Slack admin to allow this app's messages.";
const GONE = 'The message cannot be changed any more; the next one is posted anew.';

/** Slack's codes and scopes have no hyphen, and its tokens have: one that comes back in their place is not told on. */
const CODE = /^[\w.:]{1,80}$/;
const SCOPES = /^[\w.:,]{1,200}$/;

/** Codes by which Slack refuses the token itself. */
export const refusedTokenCodes: ReadonlySet<string> = new Set([
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_authed',
  'not_allowed_token_type',
]);

/** What to do about a code. Codes that are not here have no advice. */
const hints: Readonly<Record<string, string>> = {
  channel_not_found: `The id is wrong, or the channel is private and the bot is not in it. ${INVITE}`,
  not_in_channel: INVITE,
  is_archived: 'Unarchive the channel, or name another one in chatops.yml.',
  messages_tab_disabled: 'Switch on the messages tab: install the app again from manifest.yml.',
  user_not_in_channel: 'That person is not in the channel: they have to join it to be answered there.',
  missing_scope: 'Install the app again from manifest.yml, so that it gets this scope.',
  team_access_not_granted: 'Have the app approved for this workspace by an admin of the organisation.',
  ekm_access_denied: POLICY,
  cannot_reply_to_message: 'That message takes no replies.',
  edit_window_closed: GONE,
  cant_update_message: GONE,
  message_not_found: GONE,
  used_url: 'This answer address was used five times: type the command again.',
  expired_url: 'This answer address is older than 30 minutes: type the command again.',
  msg_too_long: OURS,
  no_text: OURS,
  invalid_blocks: OURS,
  invalid_blocks_format: OURS,
  msg_blocks_too_long: OURS,
  invalid_arguments: OURS,
  metadata_too_large: OURS,
  invalid_metadata_format: OURS,
};

/** Codes that pass by themselves. Of all others a repetition would be refused in the same way. */
const passing: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'streaming_state_conflict',
  'fatal_error',
  'internal_error',
]);

/**
 * Refusals that hold for everything posted in the channel. Those that mean one thread or only replies
 * (`restricted_action_thread_locked`, `restricted_action_non_threadable_channel`) are left to their message.
 */
const closing: ReadonlySet<string> = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
]);

/** Slack's own words for these: some aspect of the operation may have succeeded before the error was raised. */
const unclear: ReadonlySet<string> = new Set(['fatal_error', 'internal_error', 'service_unavailable']);

/** Failures of the network that happen before a request has left. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The one translation of everything that a call to Slack can throw. */
export function toSlackError(method: string, error: unknown): SlackError {
  if (error instanceof SlackError) return error;
  if (error instanceof webApi.WebAPIPlatformError) {
    const { data } = error;
    return refusal(method, data.error, 'needed' in data ? data.needed : undefined);
  }
  if (error instanceof webApi.WebAPIRateLimitedError) return rateLimited(method, error.retryAfter * 1000);
  if (error instanceof webApi.WebAPIHTTPError) return httpFailure(method, error.statusCode);
  return networkFailure(method, error instanceof webApi.WebAPIRequestError ? error.original : error);
}

/** Slack understood the call and said no, with its error code. */
export function refusal(method: string, slackCode: string, neededScope?: unknown): SlackError {
  // The client puts an answer that is not JSON, such as a proxy's page, in the place of the code.
  if (!CODE.test(slackCode)) return unreadable(method);
  const isToken = refusedTokenCodes.has(slackCode);
  const scope = typeof neededScope === 'string' && SCOPES.test(neededScope) ? ` (${neededScope})` : '';
  return new SlackError(
    `Slack refused ${method}: ${slackCode}${scope}`,
    {
      slackCode,
      outcome: unclear.has(slackCode) ? 'unknown' : 'none',
      // A refused token is mended by the operator; what waits is sent then.
      retryable: isToken || passing.has(slackCode),
      closesChannel: closing.has(slackCode),
    },
    { hint: isToken ? TOKEN : (hints[slackCode] ?? (slackCode.startsWith('restricted_action') ? POLICY : '')) },
  );
}

/** Slack asks to wait; nothing was done. */
export function rateLimited(method: string, retryAfterMs: number): SlackError {
  return new SlackError(`Slack asks to wait before ${method}`, {
    slackCode: 'http_429',
    outcome: 'none',
    retryable: true,
    retryAfterMs,
  });
}

/** An HTTP status other than 200 and 429, which Slack's API itself does not use: something in between answered. */
export function httpFailure(method: string, status: number): SlackError {
  const isUnclear = status >= 500 || status === 408;
  return new SlackError(
    `Slack answered ${method} with HTTP ${status}`,
    { slackCode: `http_${status}`, outcome: isUnclear ? 'unknown' : 'none', retryable: isUnclear },
    isUnclear ? {} : { hint: 'Check SLACK_API_URL and the proxy between this host and Slack.' },
  );
}

/** An answer came that is not Slack's: the deed may have been done all the same. */
export function unreadable(method: string, cause?: unknown): SlackError {
  return new SlackError(
    `The answer to ${method} is not one of Slack's`,
    { slackCode: 'unreadable_answer', outcome: 'unknown', retryable: true },
    { cause, hint: 'Check SLACK_API_URL and the proxy between this host and Slack.' },
  );
}

/** No answer at all. */
export function networkFailure(method: string, cause: unknown): SlackError {
  const slackCode = networkCode(cause);
  const outcome: WriteOutcome = neverSent.has(slackCode) ? 'none' : 'unknown';
  return new SlackError(
    `Slack could not be reached for ${method}`,
    { slackCode, outcome, retryable: true },
    { cause, hint: 'Check that this host reaches SLACK_API_URL.' },
  );
}

/** `timeout`, the system's code (`ECONNRESET`), or `network`. fetch hides the code one or more causes deep. */
function networkCode(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    if (current.name === 'TimeoutError') return 'timeout';
    if ('code' in current && typeof current.code === 'string') return current.code;
    current = current.cause;
  }
  return 'network';
}
