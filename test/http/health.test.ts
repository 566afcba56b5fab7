import { describe, expect, it } from 'vitest';
import { createHealth, type HealthDeps } from '../../src/http/health.ts';
import { aLog, serve } from './serve.ts';

async function ask(path: '/healthz' | '/readyz', overrides: Partial<HealthDeps> = {}) {
  const health = createHealth({
    isStarted: () => true,
    checkStore: async () => {},
    report: async () => ({ slack: 'ok', gitlab: 'ok', inbox: { waiting: 0, dead: 0 } }),
    log: aLog().log,
    ...overrides,
  });
  const { url } = await serve([
    { method: 'GET', path: '/healthz', handle: health.live },
    { method: 'GET', path: '/readyz', handle: health.ready },
  ]);
  const response = await fetch(url + path);
  const body: unknown = await response.json();
  return { status: response.status, body };
}

const reportOutage = async () => ({ slack: 'unreachable', gitlab: 'unreachable' });

const fail = async () => {
  throw new Error('disk full');
};

describe('healthz', () => {
  it('is 200 while the process is up, whatever the store does', async () => {
    expect(await ask('/healthz', { checkStore: fail })).toEqual({ status: 200, body: { status: 'ok' } });
  });
});

describe('readyz', () => {
  it('is 200 with the state of everything', async () => {
    expect(await ask('/readyz')).toEqual({
      status: 200,
      body: { status: 'ready', store: 'ok', slack: 'ok', gitlab: 'ok', inbox: { waiting: 0, dead: 0 } },
    });
  });

  it('stays 200 while Slack and GitLab are away, and says so', async () => {
    expect(await ask('/readyz', { report: reportOutage })).toMatchObject({
      status: 200,
      body: { slack: 'unreachable' },
    });
  });

  it('stays 200 when the report fails or hangs', async () => {
    expect((await ask('/readyz', { report: fail })).status).toBe(200);
    expect((await ask('/readyz', { report: () => new Promise(() => {}), checkTimeoutMs: 50 })).status).toBe(200);
  });

  it('is 503 before start-up is done', async () => {
    expect(await ask('/readyz', { isStarted: () => false })).toMatchObject({
      status: 503,
      body: { status: 'starting' },
    });
  });

  it('is 503 when the store takes no writes, or does not answer', async () => {
    const expected = { status: 503, body: { status: 'store_unavailable', store: 'failing' } };

    expect(await ask('/readyz', { checkStore: fail })).toMatchObject(expected);
    expect(await ask('/readyz', { checkStore: () => new Promise(() => {}), checkTimeoutMs: 50 })).toMatchObject(
      expected,
    );
  });
});
