import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { SentWebhook } from '../../src/sandbox/gitlab-server/server.ts';
import { type Flow, startFlow } from '../support/flow.ts';
import { deliver, madeWebhook, metric, quiet } from '../support/webhooks.ts';

const plainToken = 'flow-webhook-secret-0123456789';
const [oldToken, newToken, strangeToken] = [1, 2, 3].map(
  (fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`,
) as [string, string, string];

let flow: Flow;

afterEach(() => flow.stop());

/** The bot knows these tokens, and GitLab signs with that one. */
async function startSigned(tokens: readonly string[], gitlabsToken = tokens[0]): Promise<void> {
  flow = await startFlow({ env: { GITLAB_WEBHOOK_SIGNING_TOKEN: tokens.join(',') } });
  signWith(gitlabsToken);
}

function signWith(token: string | undefined): void {
  flow.gitlab.setWebhook(`${flow.botUrl}/gitlab/webhook`, plainToken, token);
}

/** A webhook that GitLab made and that never arrived. */
async function lostWebhook(tag = 'v1.4.0'): Promise<SentWebhook> {
  flow.gitlab.faults.dropWebhooks('all');
  await flow.gitlab.pushTag(tag);
  await flow.gitlab.deliverWebhooks();
  return madeWebhook(flow, { kind: 'pipeline', status: 'pending' });
}

function storedFromGitLab(): number {
  return flow.database.read("select key from inbox where source = 'gitlab'").length;
}

function signedAt(webhook: SentWebhook, secondsFromNow: number): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(Date.now() / 1000) + secondsFromNow);
  const key = Buffer.from(oldToken.slice('whsec_'.length), 'base64');
  const content = `${webhook.headers['webhook-id']}.${timestamp}.${JSON.stringify(webhook.payload)}`;
  const signature = createHmac('sha256', key).update(content).digest('base64');
  return { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

describe('a webhook, where GITLAB_WEBHOOK_SIGNING_TOKEN is set', () => {
  it('is taken with its signature', async () => {
    await startSigned([oldToken]);

    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await quiet(flow);

    const results = flow.gitlab.webhooks.map(({ result }) => result);
    expect(results.length).toBeGreaterThan(0);
    expect(results).toEqual(results.map(() => ({ kind: 'answered', status: 200 })));
    expect(storedFromGitLab()).toBe(results.length);
  });

  it.each<[string, (webhook: SentWebhook) => Readonly<Record<string, string | undefined>>]>([
    ['without a signature', () => ({ 'webhook-signature': undefined })],
    [
      'with nothing but the plain token',
      () => ({ 'webhook-id': undefined, 'webhook-timestamp': undefined, 'webhook-signature': undefined }),
    ],
    ['with a wrong signature', () => ({ 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` })],
    ['signed six minutes ago', (webhook) => signedAt(webhook, -360)],
    ['signed in six minutes', (webhook) => signedAt(webhook, 360)],
    ['replayed under another id', () => ({ 'webhook-id': 'd7a8fbb3-07d7-4c9d-a1a5-000000000000' })],
  ])('is refused with 401 %s, and nothing is stored', async (_, change) => {
    await startSigned([oldToken]);
    const webhook = await lostWebhook();

    const refused = await deliver(flow, webhook, { headers: change(webhook) });

    expect(refused).toBe(401);
    expect(storedFromGitLab()).toBe(0);
    expect(await metric(flow, 'chatops_webhooks_total{kind="unknown",result="refused"}')).toBe(1);
    expect(await deliver(flow, webhook)).toBe(200);
    expect(storedFromGitLab()).toBe(1);
  });

  it('is refused with 401 when its body was changed, and nothing is stored', async () => {
    await startSigned([oldToken]);
    const webhook = await lostWebhook();

    const refused = await deliver(flow, webhook, { body: `${JSON.stringify(webhook.payload)} ` });

    expect(refused).toBe(401);
    expect(storedFromGitLab()).toBe(0);
  });

  it('is one row when it is replayed with another idempotency key, which no signature covers', async () => {
    await startSigned([oldToken]);
    const webhook = await lostWebhook();

    const answers = [
      await deliver(flow, webhook),
      await deliver(flow, webhook, { headers: { 'idempotency-key': 'another-key-of-mine' } }),
    ];

    expect(answers).toEqual([200, 200]);
    expect(storedFromGitLab()).toBe(1);
  });

  it('is taken with the old and the new token while they are rotated, and with no other', async () => {
    await startSigned([newToken, oldToken], oldToken);
    const first = await lostWebhook();
    signWith(newToken);
    const second = await lostWebhook('v1.5.0');
    signWith(strangeToken);
    const third = await lostWebhook('v1.6.0');

    const answers = [await deliver(flow, first), await deliver(flow, second), await deliver(flow, third)];

    expect(answers).toEqual([200, 200, 401]);
    expect(storedFromGitLab()).toBe(2);
  });
});
