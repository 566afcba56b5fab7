import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { NewInboxRow } from '../../src/app/store-ports.ts';
import { deliveryKey, deriveProjectToken, verifyDelivery } from '../../src/gitlab/verify-delivery.ts';
import { createGitLabWebhook, type WebhookDeps } from '../../src/http/gitlab-webhook.ts';
import { aLog, serve } from './serve.ts';

const SECRET = 'webhook-secret';
const pipeline = JSON.stringify({ object_kind: 'pipeline', project: { id: 42 } });

async function aHook(overrides: Partial<WebhookDeps> = {}) {
  const rows = new Map<string, NewInboxRow>();
  const counted: [string, string][] = [];
  const woken: string[] = [];
  const { log, lines } = aLog();
  const handle = createGitLabWebhook({
    verify: (headers, body) =>
      verifyDelivery({ headers, body, proof: { secret: SECRET, signingTokens: [] }, now: new Date() }),
    deliveryKey,
    acceptInput: async (row) => {
      if (rows.has(row.key)) return false;
      rows.set(row.key, row);
      return true;
    },
    wake: (worker) => void woken.push(worker),
    now: () => new Date('2026-11-23T10:00:00Z'),
    count: (...one) => void counted.push(one),
    log,
    ...overrides,
  });
  const { url } = await serve([{ method: 'POST', path: '/gitlab/webhook', handle }]);
  const send = (
    body: string | ReadableStream<Uint8Array>,
    headers: Readonly<Record<string, string>> = { 'x-gitlab-token': SECRET },
  ) =>
    fetch(`${url}/gitlab/webhook`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'delivery-0001', ...headers },
    });
  return { send, rows, counted, woken, lines };
}

describe('createGitLabWebhook', () => {
  it('stores the body as it came, answers 200, counts it and wakes the inbox', async () => {
    const hook = await aHook();

    const response = await hook.send(pipeline);

    expect([response.status, await response.json()]).toEqual([200, { status: 'accepted' }]);
    expect([...hook.rows.values()]).toEqual([
      {
        key: 'gitlab:delivery-0001',
        source: 'gitlab',
        body: pipeline,
        receivedAt: new Date('2026-11-23T10:00:00Z'),
      },
    ]);
    expect(hook.counted).toEqual([['pipeline', 'accepted']]);
    expect(hook.woken).toEqual(['inbox']);
  });

  it('answers 200 to a repeated delivery and keeps one row', async () => {
    const hook = await aHook();

    await hook.send(pipeline);
    const again = await hook.send(pipeline);

    expect([again.status, await again.json()]).toEqual([200, { status: 'repeated' }]);
    expect(hook.rows.size).toBe(1);
    expect(hook.counted.at(-1)).toEqual(['pipeline', 'repeated']);
    expect(hook.woken).toEqual(['inbox']);
  });

  it('answers only after the row is durable', async () => {
    const commit = Promise.withResolvers<boolean>();
    const hook = await aHook({ acceptInput: () => commit.promise });
    let isAnswered = false;

    const sent = hook.send(pipeline).finally(() => {
      isAnswered = true;
    });
    await wait(100);
    expect(isAnswered).toBe(false);
    commit.resolve(true);

    expect((await sent).status).toBe(200);
  });

  it.each([
    ['a wrong token', { 'x-gitlab-token': 'wrong' }],
    ['no token', {}],
    ["another project's token", { 'x-gitlab-token': deriveProjectToken(SECRET, 43) }],
  ])('answers 401 to %s and stores nothing', async (_name, headers) => {
    const hook = await aHook();

    const response = await hook.send(pipeline, headers);

    expect(response.status).toBe(401);
    expect(hook.rows.size).toBe(0);
    expect(hook.counted).toEqual([['unknown', 'refused']]);
    expect(hook.lines.join()).not.toContain(SECRET);
  });

  it("takes the project's own token", async () => {
    const hook = await aHook();

    const response = await hook.send(pipeline, { 'x-gitlab-token': deriveProjectToken(SECRET, 42) });

    expect(response.status).toBe(200);
  });

  it('answers 400 to what is not JSON', async () => {
    const hook = await aHook();

    const response = await hook.send('object_kind=pipeline');

    expect(response.status).toBe(400);
    expect(hook.rows.size).toBe(0);
    expect(hook.counted).toEqual([['unknown', 'malformed']]);
  });

  it.each(['{"object_kind":"brand_new"}', '{}', '[]', '7', 'null'])(
    'takes %s, of a kind nobody knows',
    async (body) => {
      const hook = await aHook();

      const response = await hook.send(body);

      expect(response.status).toBe(200);
      expect(hook.counted).toEqual([['unknown', 'accepted']]);
    },
  );

  it.each(['announced', 'chunked'])('answers 413 to a body above the limit, %s', async (how) => {
    const hook = await aHook({ maxBytes: 1000 });
    const body = JSON.stringify({ text: 'x'.repeat(100_000) });

    const response = await hook.send(how === 'announced' ? body : new Blob([body]).stream());

    expect(response.status).toBe(413);
    expect(hook.rows.size).toBe(0);
    expect(hook.counted).toEqual([['unknown', 'malformed']]);
  });

  it('takes a body at the limit that GitLab has', async () => {
    const hook = await aHook();
    const body = JSON.stringify({ object_kind: 'push', text: 'x'.repeat(24 * 1024 * 1024) });

    const response = await hook.send(body);

    expect(response.status).toBe(200);
  });

  it('answers 503 when the store cannot take it', async () => {
    const hook = await aHook({
      acceptInput: async () => {
        throw new Error('disk full');
      },
    });

    const response = await hook.send(pipeline);

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
    expect(hook.counted).toEqual([['pipeline', 'failed']]);
    expect(hook.woken).toEqual([]);
  });
});
