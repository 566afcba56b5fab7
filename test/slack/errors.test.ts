import { afterEach, describe, expect, it } from 'vitest';
import { createSlackGateway } from '../../src/slack/gateway.ts';
import { reply, startStub } from './stub.ts';

const post = { text: 'x', blocks: [], channel: 'C1', threadTs: undefined, broadcast: false, outboxId: 'm1' };

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

async function postTo(answer: Parameters<typeof startStub>[0]): Promise<unknown> {
  const slack = await startStub(answer);
  stop = () => slack.stop();
  const gateway = createSlackGateway({
    maskSecrets: (text) => text,
    botToken: 'xoxb-x',
    apiUrl: slack.apiUrl,
    now: () => new Date(),
  });
  return gateway.post(post).catch((error: unknown) => error);
}

describe('toSlackError', () => {
  it('waits a while after a 429 that does not say how long', async () => {
    const failed = await postTo((response) => response.writeHead(429).end());

    expect(failed).toMatchObject({ slackCode: 'http_429', outcome: 'none', retryAfterMs: 30_000 });
  });

  it("does not take a proxy's page for an answer of Slack", async () => {
    const failed = await postTo((response) => response.end('<html>Sign in to the network</html>'));

    expect(failed).toMatchObject({ slackCode: 'unreadable_answer', outcome: 'unknown', retryable: true });
    expect(String(failed)).not.toContain('html');
  });

  it('does not believe in a message without a ts', async () => {
    const failed = await postTo((response) => reply(response, { ok: true }));

    expect(failed).toMatchObject({ slackCode: 'unreadable_answer', outcome: 'unknown' });
  });

  it.each([
    ['channel_not_found', true],
    ['not_in_channel', true],
    ['is_archived', true],
    ['restricted_action_read_only_channel', true],
    ['restricted_action_thread_locked', false],
    ['msg_too_long', false],
  ])('knows whether %s closes the whole channel', async (error, closesChannel) => {
    const failed = await postTo((response) => reply(response, { ok: false, error }));

    expect(failed).toMatchObject({ slackCode: error, retryable: false, closesChannel });
  });

  it('names the scope that is missing', async () => {
    const failed = await postTo((response) =>
      reply(response, { ok: false, error: 'missing_scope', needed: 'chat:write' }),
    );

    expect(String(failed)).toContain('chat:write');
  });

  it.each([
    ['the token for a code', { error: 'xoxb-1234-5678-abcdef' }],
    ['the token for a scope', { error: 'missing_scope', needed: 'xoxb-1234-5678-abcdef' }],
  ])('does not tell on %s', async (_what, answer) => {
    const failed = await postTo((response) => reply(response, { ok: false, ...answer }));

    expect(failed).toMatchObject({ name: 'SlackError' });
    expect(JSON.stringify([String(failed), failed])).not.toContain('xoxb');
  });

  it('gives up on a code that it does not know', async () => {
    const failed = await postTo((response) => reply(response, { ok: false, error: 'brand_new_error' }));

    expect(failed).toMatchObject({ slackCode: 'brand_new_error', outcome: 'none', retryable: false });
  });

  it('has an unknown outcome when the connection ends in the middle of the answer', async () => {
    const failed = await postTo((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"ok":');
      setTimeout(() => response.destroy(), 20);
    });

    expect(failed).toMatchObject({ outcome: 'unknown', retryable: true });
  });
});
