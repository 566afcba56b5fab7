import { describe, expect, it, onTestFinished } from 'vitest';
import type { GitLabServerOptions } from '../../../src/sandbox/gitlab-server/server.ts';
import { startHarness, startReceiver } from './harness.ts';

async function start(options: GitLabServerOptions = {}) {
  const harness = await startHarness(options);
  onTestFinished(() => harness.gitlab.stop());
  return harness;
}

async function foundBy({ ask }: Awaited<ReturnType<typeof start>>, search: string): Promise<unknown> {
  return (await ask('GET', `/users?search=${search}&humans=true&active=true`)).body;
}

describe('tokens of the stand-in', () => {
  it('say what they may do, and until when', async () => {
    const { gitlab, ask } = await start();
    gitlab.setToken('chatops', { scopes: ['read_user'], expiresAt: '2999-01-31' });

    expect(await ask('GET', '/personal_access_tokens/self')).toMatchObject({
      status: 200,
      body: { scopes: ['read_user'], expires_at: '2999-01-31', active: true, revoked: false },
    });
  });

  it('without the scope are refused', async () => {
    const { gitlab, ask } = await start();
    gitlab.setToken('chatops', { scopes: ['read_api'] });

    expect(await ask('GET', '/projects/42')).toMatchObject({ status: 200 });
    expect(await ask('POST', '/projects/42/hooks', { body: { url: 'https://x.test' } })).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope', scope: 'api' },
    });
    gitlab.setToken('chatops', { scopes: ['read_user'] });
    expect(await ask('GET', '/user')).toMatchObject({ status: 200 });
    expect(await ask('GET', '/projects/42')).toMatchObject({ status: 403 });
  });

  it('that are over are refused', async () => {
    const { gitlab, ask } = await start();
    gitlab.setToken('chatops', { expiresAt: '2020-01-01' });

    expect(await ask('GET', '/user')).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });
});

describe('people of the stand-in', () => {
  it('are found by a public address, and by a private one only by administrators', async () => {
    const harness = await start();
    const { gitlab } = harness;

    expect(await foundBy(harness, 'raj@example.com')).toEqual([]);
    gitlab.setAccount('chatops', { isAdmin: true });
    expect(await foundBy(harness, 'RAJ@example.com')).toMatchObject([{ username: 'raj', email: 'raj@example.com' }]);
    gitlab.setAccount('chatops', { isAdmin: false });
    gitlab.setAccount('raj', { publicEmail: 'raj@example.com' });
    const [raj] = (await foundBy(harness, 'raj@example.com')) as readonly object[];
    expect(raj).toMatchObject({ username: 'raj', public_email: 'raj@example.com' });
    expect(raj).not.toHaveProperty('email');
  });

  it('can make no address public that they have not confirmed', async () => {
    const { gitlab } = await start();

    expect(() => gitlab.setAccount('raj', { isConfirmed: false, publicEmail: 'raj@example.com' })).toThrow(/confirmed/);
  });
});

describe('an archived project of the stand-in', () => {
  it('shows itself and takes nothing', async () => {
    const { gitlab, ask } = await start();
    gitlab.settings.archived = true;

    expect(await ask('GET', '/projects/42')).toMatchObject({ body: { archived: true } });
    expect(await ask('POST', '/projects/42/pipeline', { body: { ref: 'main' } })).toMatchObject({ status: 403 });
  });
});

describe('webhooks of the stand-in', () => {
  it('tell what they sent within seven days, with the secret left out', async () => {
    let clock = new Date('2026-11-23T09:00:00Z');
    const { gitlab, ask } = await start({ now: () => clock });
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    gitlab.setWebhook(receiver.url, 'a-secret');
    await gitlab.createTag('v9.0.1');
    await gitlab.deliverWebhooks();
    receiver.status = 500;
    await gitlab.createTag('v9.0.2');
    await gitlab.deliverWebhooks();

    const [hook] = (await ask('GET', '/projects/42/hooks')).body;
    const events = `/projects/42/hooks/${String(hook?.['id'])}/events`;
    const answer = await ask('GET', events);

    expect(answer.body).toMatchObject([
      { trigger: 'tag_push_hooks', response_status: '200', request_headers: { 'x-gitlab-token': '[REDACTED]' } },
      { response_status: '500' },
    ]);
    expect(answer.text).not.toContain('a-secret');
    expect((await ask('GET', `${events}?status=server_failure`)).body).toMatchObject([{ response_status: '500' }]);
    clock = new Date('2026-12-01T09:00:00Z');
    expect((await ask('GET', events)).body).toEqual([]);
  });

  it('are switched off for a while by the fourth failure in a row, where GitLab does so', async () => {
    let clock = new Date('2026-11-23T09:00:00Z');
    const { gitlab, ask } = await start({ now: () => clock });
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    gitlab.setWebhook(receiver.url, 'a-secret');
    receiver.status = 500;
    const send = async (count: number): Promise<number> => {
      for (let number = 0; number < count; number += 1)
        await gitlab.createTag(`v${receiver.received.length}.${number}.9`);
      await gitlab.deliverWebhooks();
      return receiver.received.length;
    };

    expect(await send(6)).toBe(6);
    gitlab.settings.disablesHooks = true;
    expect(await send(3)).toBe(7);
    expect((await ask('GET', '/projects/42/hooks')).body).toMatchObject([{ alert_status: 'temporarily_disabled' }]);
    clock = new Date('2026-11-23T10:00:00Z');
    receiver.status = 200;
    expect(await send(2)).toBe(9);
    expect((await ask('GET', '/projects/42/hooks')).body).toMatchObject([
      { alert_status: 'executable', disabled_until: null },
    ]);
  });
});
