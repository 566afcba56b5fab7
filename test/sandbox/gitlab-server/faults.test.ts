import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness();
});

afterEach(async () => {
  await harness.gitlab.stop();
});

describe('REST faults', () => {
  it('answer with a status a number of times', async () => {
    const { gitlab, ask } = harness;
    gitlab.faults.status({ method: 'GET', path: '/user' }, 429, { count: 2, retryAfterS: 3 });

    const first = await ask('GET', '/user');
    expect(first).toMatchObject({ status: 429, text: 'Retry later\n' });
    expect(first.headers.get('retry-after')).toBe('3');
    expect(await ask('GET', '/version')).toMatchObject({ status: 200 });
    expect(await ask('GET', '/user')).toMatchObject({ status: 429 });
    expect(await ask('GET', '/user')).toMatchObject({ status: 200 });
  });

  it('cut the connection before or after the deed', async () => {
    const { gitlab, ask } = harness;
    const count = (): number => gitlab.state().projects[0]?.pipelines.length ?? 0;
    const before = count();
    const create = () => ask('POST', '/projects/42/pipeline', { body: { ref: 'v1.3.0' } });

    gitlab.faults.resetBefore({ method: 'POST', path: /\/pipeline$/ });
    await expect(create()).rejects.toThrow('fetch failed');
    expect(count()).toBe(before);
    gitlab.faults.resetAfter({ method: 'POST', path: /\/pipeline$/ });
    await expect(create()).rejects.toThrow('fetch failed');

    expect(count()).toBe(before + 1);
    expect(gitlab.requests.map((each) => [each.method, each.status])).toEqual([
      ['POST', 0],
      ['POST', 0],
    ]);
  });

  it('refuse the token and take everything away', async () => {
    const { gitlab, ask } = harness;

    gitlab.faults.refuseToken(true);
    expect(await ask('GET', '/user')).toMatchObject({ status: 401 });
    gitlab.faults.outage('502');
    expect(await ask('GET', '/user')).toMatchObject({ status: 502 });
    gitlab.faults.outage('reset');
    await expect(ask('GET', '/user')).rejects.toThrow('fetch failed');
    gitlab.faults.clear();
    expect(await ask('GET', '/user')).toMatchObject({ status: 200 });
  });
});

describe('recorded requests', () => {
  it('show who asked what', async () => {
    const { gitlab, ask } = harness;
    await gitlab.pushTag('v1.4.0');
    await gitlab.settle();
    const { id } = gitlab.job('deploy-canary');

    await ask('POST', `/projects/42/jobs/${id}/play`, { token: gitlab.tokenOf('ann') });

    expect(gitlab.requests).toEqual([
      {
        method: 'POST',
        path: `/api/v4/projects/42/jobs/${id}/play`,
        query: {},
        body: undefined,
        username: 'ann',
        status: 200,
      },
    ]);
  });
});

describe('the control endpoints', () => {
  it('do the deeds over HTTP', async () => {
    const { gitlab, ask } = harness;
    const post = async (path: string, body: unknown) =>
      (await fetch(`${gitlab.url}/sandbox${path}`, { method: 'POST', body: JSON.stringify(body) })).json();

    expect(await post('/tags', { name: 'v1.4.0' })).toMatchObject({ ref: 'v1.4.0', status: 'pending' });
    const { id } = gitlab.job('build-app');
    expect(await post(`/jobs/${id}/fail`, { log: 'broken' })).toMatchObject({ status: 'failed' });
    expect(await post(`/jobs/${id}/retry`, {})).toMatchObject({ status: 'pending' });
    expect(await post(`/jobs/${id}/retry`, {})).toMatchObject({ message: expect.stringContaining('not retryable') });
    await post('/settings', { tier: 'premium', faults: [{ kind: 'status', status: 500, path: '/user' }] });
    expect(await ask('GET', '/user')).toMatchObject({ status: 500 });
    const state = await (await fetch(`${gitlab.url}/sandbox/state`)).json();
    expect(state).toMatchObject({ projects: [{ path: 'acme/production-app', tier: 'premium' }] });
  });

  it('stream changes', async () => {
    const { gitlab } = harness;
    const answer = await fetch(`${gitlab.url}/sandbox/events`);
    const reader = answer.body?.getReader();
    await reader?.read();

    await gitlab.createTag('v1.4.0');

    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('event: change');
    await reader?.cancel();
  });
});

describe('quick time', () => {
  it('runs a pipeline to its gate by itself', async () => {
    const quick = await startHarness({ speed: { jobMs: 4 } });
    const { id } = await quick.gitlab.pushTag('v1.4.0');

    await expect.poll(() => quick.gitlab.pipeline(id).status, { timeout: 30_000, interval: 10 }).toBe('manual');

    await quick.gitlab.stop();
  });
});
