import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkingEnv, publicUrl } from '../support/browser.ts';
import { type Flow, startFlow } from '../support/flow.ts';

let flow: Flow;

beforeAll(async () => {
  flow = await startFlow({ env: linkingEnv() });
});

afterAll(() => flow.stop());

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request as it is written here: no path is put in order on the way. */
async function send(method: string, path: string, { headers = {}, body }: Sent = {}): Promise<Answered> {
  const { hostname, port } = new URL(flow.botUrl);
  const sent = request({ hostname, port, method, path, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const get = ['/healthz', '/readyz', '/metrics', '/oauth/gitlab/start', '/oauth/gitlab/callback'];
const post = ['/slack/events', '/gitlab/webhook', '/oauth/gitlab/confirm'];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

/** What each route says to who brings nothing. */
const bare: Readonly<Record<string, number>> = {
  '/healthz': 200,
  '/readyz': 200,
  '/metrics': 200,
  '/oauth/gitlab/start': 404,
  '/oauth/gitlab/callback': 404,
  '/slack/events': 401,
  '/gitlab/webhook': 401,
  '/oauth/gitlab/confirm': 404,
};

const table = methods.flatMap((method) => [
  ...get.map((path) => [method, path, ['GET', 'HEAD'].includes(method) ? bare[path] : 405, 'GET'] as const),
  ...post.map((path) => [method, path, method === 'POST' ? bare[path] : 405, 'POST'] as const),
]);

const megabyte = 'x'.repeat(1024 * 1024);
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the port', () => {
  it.each(table)('answers %s %s with %s', async (method, path, status, allowed) => {
    const answer = await send(method, path);

    expect(answer.status).toBe(status);
    expect(answer.headers.allow).toBe(status === 405 ? allowed : undefined);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  it.each([
    '/',
    '/favicon.ico',
    '/.env',
    '/chatops.db',
    '/metrics/',
    '/Metrics',
    '//metrics',
    '/x/../metrics',
    '/%6Detrics',
    '/metrics%00',
    '/gitlab/webhook/../../metrics',
    '/oauth/gitlab',
    '/slack/events/x',
    'http://other.example/metrics',
  ])('has nothing at %s', async (path) => {
    for (const method of ['GET', 'POST']) {
      expect(await send(method, path)).toMatchObject({
        status: 404,
        headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
        body: '{"error":"not_found","message":"There is nothing here."}',
      });
    }
  });

  it.each([
    ['/gitlab/webhook', { headers: { 'content-length': String(25 * 1024 * 1024 + 1) } }, 413],
    ['/slack/events', { headers: form, body: `payload=${megabyte}` }, 413],
    ['/slack/events', { headers: { 'content-type': 'application/json' }, body: '{"type":' }, 401],
    ['/slack/events', { headers: { 'content-type': 'text/plain' }, body: 'x' }, 401],
    ['/gitlab/webhook', { headers: { 'x-gitlab-token': 'guessed' }, body: '{"object_kind":' }, 401],
    ['/gitlab/webhook', { headers: { 'x-gitlab-token': 'flow-webhook-secret-0123456789' }, body: '{"object_k' }, 400],
    ['/oauth/gitlab/confirm', { headers: form, body: `confirmation=${megabyte}` }, 404],
    ['/oauth/gitlab/confirm', { headers: { ...form, cookie: 'chatops_link=%%%; =; x' }, body: '%%%=%' }, 404],
  ])('refuses at %s what is too long, not proven or cannot be read: %#', async (path, sent, status) => {
    const answer = await send('POST', path, sent);

    expect(answer.status).toBe(status);
    expect(answer.body).not.toMatch(/\bat .+:\d+:\d+|node_modules|Error:/);
  });

  it.each([
    ['GET', '/oauth/gitlab/start?for=guessed&redirect_uri=https://other.example&next=//other.example'],
    ['GET', '/oauth/gitlab/callback?state=guessed&code=1&error_uri=https://other.example'],
    ['GET', '/oauth/gitlab/callback?error=<script>alert(1)</script>&error_description=<b>other.example</b>'],
    ['POST', '/oauth/gitlab/confirm?next=https://other.example'],
  ])('%s %s is a page that leads nowhere, loads nothing and is kept by nobody', async (method, path) => {
    const host = { host: 'other.example', 'x-forwarded-host': 'other.example' };
    const { status, headers, body } = await send(method, path, { headers: host });

    expect(status).toBe(404);
    expect(headers.location).toBeUndefined();
    expect(headers['refresh']).toBeUndefined();
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain("base-uri 'none'");
    expect(body).not.toMatch(/other\.example|<script|<b>|href=|src=/);
  });

  it('leads from its first page to GitLab alone, whatever the address says besides', async () => {
    await flow.types('U0RAJ', '/chatops link');
    const given = JSON.stringify(flow.slack.ephemerals('U0RAJ').at(-1));
    const path = new RegExp(`${publicUrl}(/oauth/gitlab/start\\?for=[\\w-]+)`).exec(given)?.[1] ?? '';

    const { status, headers, body } = await send('GET', `${path}&redirect_uri=https://other.example/`, {
      headers: { host: 'other.example' },
    });

    const addresses = [...body.matchAll(/href="([^"]+)"/g)].map(
      ([, url = '']) => new URL(url.replaceAll('&amp;', '&')),
    );
    expect(status).toBe(200);
    expect(headers.location).toBeUndefined();
    expect(addresses.map(({ origin, pathname }) => origin + pathname)).toEqual([`${flow.gitlab.url}/oauth/authorize`]);
    expect(addresses[0]?.searchParams.get('redirect_uri')).toBe(`${publicUrl}/oauth/gitlab/callback`);
    expect(body).not.toContain('other.example');
  });

  it('takes nothing of all that for an input', async () => {
    expect(flow.audit().filter(({ action }) => action !== 'link')).toEqual([]);
    expect(flow.writes()).toEqual([]);
  });
});
