import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitLabError, LinkError } from '../../src/domain/errors.ts';
import { createGitLabGateway } from '../../src/gitlab/gateway.ts';
import { createGitLabOAuth } from '../../src/gitlab/oauth.ts';
import { createGitLabServer } from '../../src/sandbox/gitlab-server/server.ts';
import { sendJson, startLoopback } from './loopback.ts';

const now = (): Date => new Date('2026-03-02T09:00:00Z');
const verifier = 'a-verifier-of-at-least-forty-three-characters-long';

function connect(url: string) {
  return createGitLabOAuth({
    url,
    clientId: 'sandbox-application',
    clientSecret: 'gloas-sandbox',
    publicUrl: 'http://127.0.0.1:9',
    now,
  });
}

describe('GitLab as OAuth server', () => {
  const server = createGitLabServer({ now });
  beforeAll(async () => server.start());
  afterAll(async () => server.stop());

  /** The person agrees on GitLab's page; what GitLab's redirect brings back. */
  const agree = async (username: string): Promise<URLSearchParams> => {
    const page = new URL(await connect(server.url).authorizeUrl({ state: 'st', verifier }));
    page.searchParams.set('as', username);
    const answer = await fetch(page, { redirect: 'manual' });
    return new URL(answer.headers.get('location') ?? '').searchParams;
  };
  const link = async (username: string) => {
    const pair = await connect(server.url).exchange({ query: await agree(username), state: 'st', verifier });
    if (pair === 'refused') throw new Error('refused');
    return pair;
  };

  it('gives tokens for what the person agreed to, which act as that person', async () => {
    const pair = await link('raj');

    const token = { current: async () => pair.access, renew: async () => pair.access };
    const gitlab = createGitLabGateway({ url: server.url, token, now });
    expect(pair.expiresAt).toEqual(new Date('2026-03-02T11:00:00Z'));
    expect((await gitlab.project('acme/production-app')).path).toBe('acme/production-app');
    expect(server.requests.at(-1)?.username).toBe('raj');
  });

  it('refuses another state, another verifier, and a code that was used', async () => {
    const oauth = connect(server.url);
    const query = await agree('raj');

    expect(await oauth.exchange({ query: await agree('raj'), state: 'st', verifier: `${verifier}x` })).toBe('refused');
    expect(await oauth.exchange({ query, state: 'st', verifier })).toMatchObject({ access: expect.any(String) });
    expect(await oauth.exchange({ query, state: 'st', verifier })).toBe('refused');
    await expect(oauth.exchange({ query, state: 'other', verifier })).rejects.toBeInstanceOf(GitLabError);
  });

  it('renews both tokens, and takes the old ones no more', async () => {
    const oauth = connect(server.url);
    const pair = await link('raj');

    const next = await oauth.renew(pair.refresh);

    expect(next).toMatchObject({ access: expect.not.stringContaining(pair.access) });
    expect(await oauth.renew(pair.refresh)).toBe('refused');
  });

  it('ends a pair when it is revoked', async () => {
    const oauth = connect(server.url);
    const pair = await link('raj');

    await oauth.revoke(pair.refresh);

    expect(await oauth.renew(pair.refresh)).toBe('refused');
  });

  it('says that the bot’s own credentials are wrong, not the person’s', async () => {
    await using refusing = await startLoopback((response) =>
      sendJson(response, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Bearer error="invalid_client"' }),
    );

    const failure = connect(refusing.url).renew('refresh');

    await expect(failure).rejects.toMatchObject({
      status: 401,
      hint: expect.stringContaining('GITLAB_OAUTH_CLIENT_SECRET'),
    });
  });

  it('says that GitLab is away', async () => {
    await expect(connect('http://127.0.0.1:1').renew('refresh')).rejects.toMatchObject({ code: 'gitlab', status: 0 });
    await using broken = await startLoopback((response) => response.writeHead(502).end('<html>'));
    await expect(connect(broken.url).renew('refresh')).rejects.toMatchObject({ status: 502, retryable: true });
  });
});

describe('a gateway with a person’s token', () => {
  it('asks once more with the renewed one after a 401, and only as Bearer', async () => {
    await using server = await startLoopback((response, request) =>
      request.headers.authorization === 'Bearer new'
        ? sendJson(response, 200, { id: 7, path_with_namespace: 'acme/app', web_url: 'https://g/acme/app' })
        : sendJson(response, 401, { message: '401 Unauthorized' }),
    );
    const refused: string[] = [];
    const token = {
      current: async () => 'old',
      renew: async (one: string) => {
        refused.push(one);
        return 'new';
      },
    };

    await createGitLabGateway({ url: server.url, token, now }).project('acme/app');

    expect(refused).toEqual(['old']);
    expect(server.received.map(({ headers }) => headers['private-token'])).toEqual([undefined, undefined]);
  });

  it('gives up on a token that GitLab takes neither old nor new, without showing it', async () => {
    await using server = await startLoopback((response) => sendJson(response, 401, { message: '401 Unauthorized' }));
    const token = { current: async () => 'secret-old', renew: async () => 'secret-new' };

    const played = createGitLabGateway({ url: server.url, token, now }).playJob(7, 9);

    await expect(played).rejects.toBeInstanceOf(LinkError);
    await expect(played).rejects.toThrow(/^(?!.*secret)/);
    expect(server.received).toHaveLength(2);
  });
});
