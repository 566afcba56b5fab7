import { Gitlab } from '@gitbeaker/rest';
import { describe, expect, it } from 'vitest';
import { ConfigError, GitLabError, NotFoundError, PayloadError } from '../../src/domain/errors.ts';
import { createRequester, type GitLabCall, type RequesterOptions } from '../../src/gitlab/client.ts';
import { type Loopback, type Respond, sendJson, sendText, startLoopback } from './loopback.ts';

const token = 'glpat-very-secret-token';
const now = (): Date => new Date('2026-03-02T09:00:00Z');

function createClient(server: Pick<Loopback, 'url'>, more: Partial<RequesterOptions> = {}) {
  const slept: number[] = [];
  const calls: GitLabCall[] = [];
  const requesterFn = createRequester({
    url: server.url,
    token,
    now,
    sleep: async (ms) => void slept.push(ms),
    onCall: (call) => calls.push(call),
    ...more,
  });
  const requester = requesterFn({ url: 'https://gitlab.example.com/api/v4/' });
  return { requester, requesterFn, slept, calls };
}

/** The error that `work` ends with, which must be a failure of GitLab's. */
async function failureOf(work: Promise<unknown>): Promise<GitLabError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GitLabError)) throw new Error(`not a GitLabError: ${String(error)}`);
  return error;
}

const playPath = 'projects/7/jobs/9/play';

describe('createRequester for reads', () => {
  it('asks below the path of GITLAB_URL with the token, and gives the parsed body', async () => {
    await using server = await startLoopback((response) =>
      sendJson(response, 200, { id: 7 }, { 'x-request-id': 'r1' }),
    );
    const { requester, calls } = createClient({ url: `${server.url}/gitlab/` });

    const answer = await requester.get('projects/acme%2Fapp', {
      searchParams: {
        perPage: 2,
        updatedAfter: '2026-03-02T10:00:00+01:00',
        scope: ['manual', 'failed'],
        nothing: undefined,
      },
    });

    expect(answer).toMatchObject({ status: 200, body: { id: 7 }, headers: { 'x-request-id': 'r1' } });
    expect(server.received[0]?.headers['private-token']).toBe(token);
    expect(server.received[0]?.url).toBe(
      '/gitlab/api/v4/projects/acme%2Fapp?per_page=2&updated_after=2026-03-02T10%3A00%3A00%2B01%3A00&scope%5B%5D=manual&scope%5B%5D=failed',
    );
    expect(calls).toEqual([{ method: 'GET', route: 'projects/:id', status: 200, ms: 0 }]);
  });

  it('gives text as text', async () => {
    await using server = await startLoopback((response) => sendText(response, 200, 'line 1\n'));

    expect((await createClient(server).requester.get('projects/7/jobs/9/trace')).body).toBe('line 1\n');
  });

  it('keeps the end of a text that is too long', async () => {
    const long = `${'x'.repeat(1024)}\n`.repeat(17 * 1024);
    await using server = await startLoopback((response) => sendText(response, 200, `${long}the end`));

    const { body } = await createClient(server).requester.get('projects/7/jobs/9/trace');

    const text = typeof body === 'string' ? body : '';
    expect(text.length).toBeGreaterThanOrEqual(16 * 1024 * 1024);
    expect(text.length).toBeLessThan(long.length);
    expect(text.endsWith('the end')).toBe(true);
  });

  it('tries twice more after 502', async () => {
    await using server = await startLoopback((response, _, n) =>
      n < 3 ? sendText(response, 502, '<html>bad gateway</html>') : sendJson(response, 200, []),
    );
    const { requester, slept, calls } = createClient(server);

    expect((await requester.get('projects')).body).toEqual([]);
    expect(slept).toEqual([250, 1000]);
    expect(calls.map((call) => call.status)).toEqual([502, 502, 200]);
  });

  it('gives up after the third failure', async () => {
    await using server = await startLoopback((response) => sendText(response, 503, ''));

    const error = await failureOf(createClient(server).requester.get('projects'));

    expect(error).toMatchObject({ status: 503, outcome: 'none', retryable: true });
    expect(server.received).toHaveLength(3);
  });

  it('waits as long as Retry-After asks', async () => {
    await using server = await startLoopback((response, _, n) =>
      n === 1 ? sendText(response, 429, 'Retry later', { 'retry-after': '7' }) : sendJson(response, 200, []),
    );
    const { requester, slept } = createClient(server);

    await requester.get('projects');

    expect(slept).toEqual([7000]);
  });

  it('does not wait beyond its budget but tells when to come back', async () => {
    await using server = await startLoopback((response) =>
      sendText(response, 429, 'Retry later', { 'retry-after': '60' }),
    );
    const { requester, slept } = createClient(server);

    const error = await failureOf(requester.get('projects'));

    expect(error).toMatchObject({ status: 429, retryAfterMs: 60_000, retryable: true });
    expect(error.message).toContain('Retry later');
    expect(slept).toEqual([]);
  });

  it.each([500, 501, 400, 401, 403, 404])('does not repeat %i', async (status) => {
    await using server = await startLoopback((response) => sendJson(response, status, { message: 'no' }));

    await expect(createClient(server).requester.get('projects')).rejects.toThrow('no');
    expect(server.received).toHaveLength(1);
  });

  it('tries again after a reset', async () => {
    await using server = await startLoopback((response, _, n) =>
      n === 1 ? response.destroy() : sendJson(response, 200, []),
    );

    expect((await createClient(server).requester.get('projects')).body).toEqual([]);
  });

  it('ends within its budget when GitLab hangs', async () => {
    await using server = await startLoopback(() => {});
    const limits = { readAttemptMs: 40, readBudgetMs: 400 };

    const error = await failureOf(createClient(server, { limits }).requester.get('projects'));

    expect(error).toMatchObject({ status: 0, outcome: 'none' });
    expect(error.message).toContain('in time');
    expect(server.received).toHaveLength(2);
  });

  it('throws NotFoundError for 404', async () => {
    await using server = await startLoopback((response) =>
      sendJson(response, 404, { message: '404 Project Not Found' }),
    );

    await expect(createClient(server).requester.get('projects/7')).rejects.toThrow(NotFoundError);
  });

  it('asks for nothing where a name would change the path', async () => {
    await using server = await startLoopback((response) => sendJson(response, 200, []));

    await expect(async () => createClient(server).requester.get('projects/7/repository/tags/..')).rejects.toThrow(
      NotFoundError,
    );
    expect(server.received).toHaveLength(0);
  });

  it('refuses JSON that is none', async () => {
    await using server = await startLoopback((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":'),
    );

    await expect(createClient(server).requester.get('projects/7')).rejects.toThrow(PayloadError);
  });

  it('asks with a bounded number of reads at a time', async () => {
    let open = 0;
    let most = 0;
    await using server = await startLoopback((response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        sendJson(response, 200, []);
      });
    });
    const { requester } = createClient(server, { limits: { reads: 3 } });

    await Promise.all(Array.from({ length: 12 }, () => requester.get('projects')));

    expect(server.received).toHaveLength(12);
    expect(most).toBeLessThanOrEqual(3);
  });
});

describe('createRequester for writes', () => {
  it('sends JSON, naming only the top level anew', async () => {
    await using server = await startLoopback((response) => sendJson(response, 200, { id: 9 }));
    const body = {
      jobVariablesAttributes: [{ key: 'someKey', camelCase: 1 }],
      inputs: { releaseVersion: 'v1' },
      DIR: 'x',
    };

    await createClient(server).requester.post(playPath, { body });

    expect(server.received[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      job_variables_attributes: [{ key: 'someKey', camelCase: 1 }],
      inputs: { releaseVersion: 'v1' },
      DIR: 'x',
    });
  });

  it.each([502, 503, 504, 500, 408])('asks once and knows nothing after %i', async (status) => {
    await using server = await startLoopback((response) => sendText(response, status, 'trouble'));

    const error = await failureOf(createClient(server).requester.post(playPath, { body: {} }));

    expect(error).toMatchObject({ status, outcome: 'unknown', method: 'POST', path: `/${playPath}` });
    expect(server.received).toHaveLength(1);
  });

  it.each([400, 401, 403, 409, 422, 429, 301])('asks once and knows that nothing was done after %i', async (status) => {
    await using server = await startLoopback((response) =>
      sendJson(response, status, { message: 'no' }, { location: '/elsewhere' }),
    );

    const error = await failureOf(createClient(server).requester.post(playPath));

    expect(error).toMatchObject({ status, outcome: 'none' });
    expect(server.received).toHaveLength(1);
  });

  it('knows nothing after a timeout', async () => {
    await using server = await startLoopback(() => {});

    const error = await failureOf(createClient(server, { limits: { writeTimeoutMs: 300 } }).requester.post(playPath));

    expect(error).toMatchObject({ status: 0, outcome: 'unknown', retryable: true });
    expect(server.received).toHaveLength(1);
  });

  it('knows nothing after a reset', async () => {
    await using server = await startLoopback((response) => response.destroy());

    const error = await failureOf(createClient(server).requester.post(playPath));

    expect(error).toMatchObject({ status: 0, outcome: 'unknown' });
    expect(server.received).toHaveLength(1);
  });

  it('knows nothing after an answer of success that breaks off', async () => {
    await using server = await startLoopback((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":'),
    );

    expect(await failureOf(createClient(server).requester.post(playPath))).toMatchObject({ outcome: 'unknown' });
  });

  it('knows that nothing was done when GitLab was not there', async () => {
    const gone = await startLoopback(() => {});
    await gone[Symbol.asyncDispose]();

    const error = await failureOf(createClient(gone).requester.post(playPath));

    expect(error).toMatchObject({ status: 0, outcome: 'none', retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('createRequester on errors', () => {
  const shapes: readonly (readonly [string, Respond, string])[] = [
    ['a text', (r) => sendJson(r, 403, { message: '403 Forbidden' }), '403 Forbidden'],
    ['fields', (r) => sendJson(r, 400, { message: { base: ['Reference not found'] } }), 'base Reference not found'],
    ['a list', (r) => sendJson(r, 400, { message: ['one', 'two'] }), 'one, two'],
    [
      'the OAuth layer',
      (r) => sendJson(r, 403, { error: 'insufficient_scope', error_description: 'needs api' }),
      'insufficient_scope: needs api',
    ],
    ['the parameter layer', (r) => sendJson(r, 400, { error: 'ref is missing' }), 'ref is missing'],
    ['plain text', (r) => sendText(r, 429, 'Retry later\n', { 'retry-after': '90' }), 'Retry later'],
  ];

  it.each(shapes)('reads %s', async (_, respond, expected) => {
    await using server = await startLoopback(respond);

    const error = await failureOf(createClient(server).requester.get('projects/7'));

    expect(error.message).toMatch(new RegExp(`^GitLab answered \\d+ to GET /projects/7: ${expected}$`));
  });

  it('leaves out the pages of proxies', async () => {
    await using server = await startLoopback((response) => sendText(response, 500, '<html><body>Oh</body></html>'));

    const error = await failureOf(createClient(server).requester.get('projects/7'));

    expect(error.message).toBe('GitLab answered 500 to GET /projects/7');
  });

  it('keeps the request id and never the token', async () => {
    await using server = await startLoopback((response, request) =>
      sendJson(
        response,
        400,
        { message: `bad: ${String(request.headers['private-token'])}` },
        { 'x-request-id': 'r7' },
      ),
    );

    const error = await failureOf(createClient(server).requester.post(playPath));

    expect(error.requestId).toBe('r7');
    expect(`${error.message} ${error.hint} ${JSON.stringify(error)} ${error.stack}`).not.toContain(token);
    expect(error.cause).toBeUndefined();
  });

  it('refuses a token that no header can hold, without quoting it', () => {
    const create = (): unknown => createRequester({ url: 'http://127.0.0.1', token: `${token}\n`, now });

    expect(create).toThrow(ConfigError);
    expect(create).not.toThrow(token);
  });
});

describe('createRequester on redirects', () => {
  it('follows a moved project on the same host', async () => {
    await using server = await startLoopback((response, request) =>
      request.url.endsWith('/projects/old')
        ? sendText(response, 301, 'moved', { location: '/api/v4/projects/7' })
        : sendJson(response, 200, { id: 7 }),
    );

    expect((await createClient(server).requester.get('projects/old')).body).toEqual({ id: 7 });
  });

  it('does not take the token to another host', async () => {
    await using other = await startLoopback((response) => sendJson(response, 200, { id: 7 }));
    await using server = await startLoopback((response) =>
      sendText(response, 302, 'moved', { location: `${other.url}/api/v4/projects/7` }),
    );

    const error = await failureOf(createClient(server).requester.get('projects/old'));

    expect(error).toMatchObject({ status: 302 });
    expect(error.hint).toContain(other.url);
    expect(other.received).toHaveLength(0);
  });

  it('does not follow to a sign-in page', async () => {
    await using server = await startLoopback((response) => sendText(response, 302, '', { location: '/users/sign_in' }));

    expect(await failureOf(createClient(server).requester.get('projects/7'))).toMatchObject({ status: 302 });
    expect(server.received).toHaveLength(1);
  });

  it('ends a circle', async () => {
    await using server = await startLoopback((response, request) =>
      sendText(response, 301, '', { location: request.url }),
    );

    await failureOf(createClient(server).requester.get('projects/7'));

    expect(server.received).toHaveLength(4);
  });
});

const pages: Respond = (response, request) => {
  const page = Number(new URL(request.url, 'http://x').searchParams.get('page') ?? 1);
  sendJson(response, 200, [{ id: page * 2 - 1 }, { id: page * 2 }], { 'x-next-page': String(page + 1) });
};

describe('createRequester under gitbeaker', () => {
  it('pages by x-next-page where a proxy drops the links, up to maxPages, keeping the query', async () => {
    await using server = await startLoopback(pages);
    const { requesterFn } = createClient(server);
    const api = new Gitlab({ host: server.url, requesterFn });

    const found = await api.Jobs.all(7, { pipelineId: 1, perPage: 2, maxPages: 3, includeRetried: true });

    expect(found.map((job) => job.id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(server.received.map((request) => request.url)).toEqual([
      '/api/v4/projects/7/pipelines/1/jobs?per_page=2&include_retried=true',
      '/api/v4/projects/7/pipelines/1/jobs?per_page=2&include_retried=true&page=2',
      '/api/v4/projects/7/pipelines/1/jobs?per_page=2&include_retried=true&page=3',
    ]);
  });

  it('asks for members below their project', async () => {
    await using server = await startLoopback((response) => sendJson(response, 200, { access_level: 30 }));
    const { requesterFn, calls } = createClient(server);

    await new Gitlab({ host: server.url, requesterFn }).ProjectMembers.show(7, 11, { includeInherited: true });

    expect(server.received[0]?.url).toBe('/api/v4/projects/7/members/all/11');
    expect(calls[0]?.route).toBe('projects/:id/members/all/:id');
  });

  it('plays exactly once on 502', async () => {
    await using server = await startLoopback((response) => sendText(response, 502, ''));
    const { requesterFn } = createClient(server);
    const api = new Gitlab({ host: server.url, requesterFn });

    await failureOf(api.Jobs.play(7, 9));

    expect(server.received.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
      { method: 'POST', url: '/api/v4/projects/7/jobs/9/play', body: '' },
    ]);
  });
});
