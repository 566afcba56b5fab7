import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/domain/errors.ts';
import { createSlackIdentity } from '../../src/slack/identity.ts';
import { aLog } from './bot.ts';
import { reply, startStub } from './stub.ts';

const who = { ok: true, team_id: 'T0ACME', user_id: 'U0CHATOPS', user: 'chatops', url: 'https://acme.slack.com/' };

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function anIdentity(answers: readonly { readonly status?: number; readonly body: unknown }[]) {
  let asked = 0;
  const slack = await startStub((response) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    reply(response, answer?.body, answer?.status);
  });
  const onRefused = vi.fn<(error: ConfigError) => void>();
  const identity = createSlackIdentity({
    botToken: 'xoxb-x',
    apiUrl: slack.apiUrl,
    now: () => new Date(),
    log: aLog().log,
    onRefused,
    firstRetryMs: 5,
  });
  stops.push(
    () => identity.stop(),
    () => slack.stop(),
  );
  return { identity, onRefused, requests: slack.requests };
}

describe('createSlackIdentity', () => {
  it('knows the workspace and the bot after one question', async () => {
    const { identity, requests } = await anIdentity([{ body: who }]);
    expect(identity.teamId).toBeUndefined();

    await identity.start();

    expect(identity).toMatchObject({ teamId: 'T0ACME', botUserId: 'U0CHATOPS', botName: 'chatops' });
    expect(requests).toHaveLength(1);
  });

  it('starts while Slack is away, and knows it once Slack is back', async () => {
    const { identity } = await anIdentity([{ status: 503, body: {} }, { status: 503, body: {} }, { body: who }]);

    await identity.start();
    expect(identity.teamId).toBeUndefined();

    await vi.waitFor(() => expect(identity.teamId).toBe('T0ACME'));
  });

  it.each(['invalid_auth', 'account_inactive', 'token_revoked', 'not_authed'])(
    'refuses to start when Slack says %s',
    async (error) => {
      const { identity } = await anIdentity([{ body: { ok: false, error } }]);

      const starting = identity.start();

      await expect(starting).rejects.toThrow(ConfigError);
      await expect(starting).rejects.toThrow('SLACK_BOT_TOKEN');
    },
  );

  it('tells when the token is refused later', async () => {
    const refusal = { ok: false, error: 'invalid_auth' };
    const { identity, onRefused } = await anIdentity([{ status: 500, body: {} }, { body: refusal }]);

    await identity.start();

    await vi.waitFor(() => expect(onRefused).toHaveBeenCalledWith(expect.any(ConfigError)));
  });
});
