import { afterEach, describe, expect, it } from 'vitest';
import { SlackError } from '../../src/domain/errors.ts';
import { createSlackGateway } from '../../src/slack/gateway.ts';
import { reply, startStub } from './stub.ts';

const message = { text: 'Done.', blocks: [], replaceOriginal: false };

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

async function respondTo(answer: Parameters<typeof startStub>[0], over = message, timeoutMs?: number) {
  const slack = await startStub(answer);
  stop = () => slack.stop();
  const gateway = createSlackGateway({
    maskSecrets: (text) => text,
    botToken: 'xoxb-x',
    apiUrl: slack.apiUrl,
    now: () => new Date(),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const failed = await gateway.respond(`${slack.origin}/commands/secret-part`, over).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { failed, requests: slack.requests };
}

describe('respond', () => {
  it('answers one person with one POST', async () => {
    const { failed, requests } = await respondTo((response) => response.end('ok'));

    expect(failed).toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      text: 'Done.',
      response_type: 'ephemeral',
      replace_original: false,
    });
  });

  it('replaces the pressed message without making it private', async () => {
    const { requests } = await respondTo((response) => response.end('ok'), { ...message, replaceOriginal: true });

    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ replace_original: true });
    expect(requests[0]?.body).not.toContain('response_type');
  });

  it.each([
    [404, { ok: false, error: 'used_url' }, { slackCode: 'used_url', outcome: 'none', retryable: false }],
    [404, { ok: false, error: 'expired_url' }, { slackCode: 'expired_url', outcome: 'none', retryable: false }],
    [400, { ok: false, error: 'invalid_blocks' }, { slackCode: 'invalid_blocks', outcome: 'none', retryable: false }],
    [200, { ok: false, error: 'invalid_blocks' }, { slackCode: 'invalid_blocks', outcome: 'none', retryable: false }],
    [403, 'no', { slackCode: 'http_403', outcome: 'none', retryable: false }],
    [500, {}, { slackCode: 'http_500', outcome: 'unknown', retryable: true }],
    [429, {}, { slackCode: 'http_429', outcome: 'none', retryable: true, retryAfterMs: 30_000 }],
  ])('maps HTTP %i with %j', async (status, body, expected) => {
    const { failed } = await respondTo((response) => reply(response, body, status));

    expect(failed).toBeInstanceOf(SlackError);
    expect(failed).toMatchObject(expected);
  });

  it('gives up after the time limit, with an unknown outcome, and without the address in the error', async () => {
    const { failed } = await respondTo(() => {}, message, 200);

    expect(failed).toMatchObject({ slackCode: 'timeout', outcome: 'unknown' });
    expect(String(failed)).not.toContain('secret-part');
  });

  it.each(['http://169.254.169.254/latest', 'http://127.0.0.1:1/x', 'file:///etc/passwd', 'nonsense'])(
    'does not call %s',
    async (url) => {
      const gateway = createSlackGateway({
        maskSecrets: (text) => text,
        botToken: 'x',
        apiUrl: 'https://slack.com/api/',
        now: () => new Date(),
      });

      await expect(gateway.respond(url, message)).rejects.toMatchObject({
        slackCode: 'invalid_response_url',
        retryable: false,
      });
    },
  );
});
