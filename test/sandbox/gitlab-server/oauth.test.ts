import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness();
});

afterEach(async () => {
  await harness.gitlab.stop();
});

const redirect = 'http://127.0.0.1:9/oauth/gitlab/callback';

async function authorize(username: string, verifier: string): Promise<URL> {
  const query = new URLSearchParams({
    client_id: harness.gitlab.oauth.application.clientId,
    redirect_uri: redirect,
    response_type: 'code',
    state: 'st',
    scope: 'api',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    as: username,
  });
  const answer = await fetch(`${harness.gitlab.url}/oauth/authorize?${query.toString()}`, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '');
}

async function exchange(input: Record<string, string>): Promise<{ status: number; body: Record<string, string> }> {
  const { clientId: client_id, clientSecret: client_secret } = harness.gitlab.oauth.application;
  const body = new URLSearchParams({ client_id, client_secret, redirect_uri: redirect, ...input });
  const answer = await fetch(`${harness.gitlab.url}/oauth/token`, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

async function usernameOf(token: string | undefined): Promise<unknown> {
  const answer = await fetch(`${harness.gitlab.url}/api/v4/user`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { username?: string }).username;
}

describe('account linking', () => {
  it('gives a token that acts as the person', async () => {
    const back = await authorize('raj', 'verifier');
    const code = back.searchParams.get('code') ?? '';
    expect(back.searchParams.get('state')).toBe('st');

    const { body } = await exchange({ grant_type: 'authorization_code', code, code_verifier: 'verifier' });

    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 7200 });
    expect(await usernameOf(body['access_token'])).toBe('raj');
    expect(await exchange({ grant_type: 'authorization_code', code, code_verifier: 'verifier' })).toMatchObject({
      status: 400,
    });
  });

  it('refuses a wrong verifier', async () => {
    const code = (await authorize('raj', 'verifier')).searchParams.get('code') ?? '';

    expect(await exchange({ grant_type: 'authorization_code', code, code_verifier: 'other' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('ends both tokens at a refresh', async () => {
    const code = (await authorize('raj', 'v')).searchParams.get('code') ?? '';
    const first = (await exchange({ grant_type: 'authorization_code', code, code_verifier: 'v' })).body;
    const refresh = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] ?? '' };

    const second = (await exchange(refresh)).body;

    expect(await usernameOf(second['access_token'])).toBe('raj');
    expect(await usernameOf(first['access_token'])).toBeUndefined();
    expect(await exchange(refresh)).toMatchObject({ status: 400 });
  });

  it('knows its application only, and only the callback that the application names', async () => {
    harness.gitlab.oauth.application.redirectUris = ['https://other.example.com/callback'];
    const query = new URLSearchParams({
      client_id: harness.gitlab.oauth.application.clientId,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'api',
      as: 'raj',
    });
    const page = (change: Record<string, string>): Promise<Response> =>
      fetch(
        `${harness.gitlab.url}/oauth/authorize?${new URLSearchParams({ ...Object.fromEntries(query), ...change }).toString()}`,
        {
          redirect: 'manual',
        },
      );

    expect((await page({})).status).toBe(400);
    harness.gitlab.oauth.application.redirectUris = [redirect];
    expect((await page({ client_id: 'strange' })).status).toBe(400);
    expect((await page({ scope: 'sudo' })).headers.get('location')).toContain('error=invalid_scope');
    expect((await page({ deny: '1' })).headers.get('location')).toContain('error=access_denied');
    expect(await exchange({ grant_type: 'authorization_code', client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });

  it('ends all that a person gave when they take it back', async () => {
    const code = (await authorize('raj', 'v')).searchParams.get('code') ?? '';
    const { body } = await exchange({ grant_type: 'authorization_code', code, code_verifier: 'v' });

    harness.gitlab.oauth.takeBack('raj');

    expect(await usernameOf(body['access_token'])).toBeUndefined();
    expect(await exchange({ grant_type: 'refresh_token', refresh_token: body['refresh_token'] ?? '' })).toMatchObject({
      status: 400,
    });
  });
});
