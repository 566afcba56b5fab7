import { createHmac } from 'node:crypto';

/**
 * Signs a raw body as Slack does: hex HMAC-SHA256 over `v0:<seconds>:<body>`.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function signBody(
  secret: string,
  at: Date,
  body: string,
): { readonly timestamp: string; readonly signature: string } {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return { timestamp, signature };
}
