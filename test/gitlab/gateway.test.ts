import { describe, expect, it } from 'vitest';
import { GitLabError, NotFoundError, PayloadError } from '../../src/domain/errors.ts';
import { createGitLabGateway } from '../../src/gitlab/gateway.ts';
import { type Loopback, sendJson, sendText, startLoopback } from './loopback.ts';

const sha = '4f1c2a9b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a';
const address = 'ann@acme.example';
const commit = { id: sha, title: 'Show the basket total', author_name: 'Ann Lee' };
const project = { id: 7, path: 'acme/app', url: 'https://gitlab.example.com/acme/app' };

/** A GitLab that knows these answers by path and query (below `/api/v4/projects/7/`); a string is sent as text. */
async function startGitLab(answers: Readonly<Record<string, unknown>>): Promise<Loopback> {
  return startLoopback((response, request) => {
    const asked = decodeURIComponent(request.url).replace(/^\/api\/v4\/(?:projects\/7\/)?/, '');
    const known = Object.entries(answers).find(([path]) => path === asked)?.[1];
    if (known === undefined) sendJson(response, 404, { message: '404 Not Found' });
    else if (typeof known === 'string') sendText(response, 200, known);
    else sendJson(response, 200, known);
  });
}

function connect(server: Loopback, now = (): Date => new Date('2026-03-02T09:00:00Z')) {
  return createGitLabGateway({ url: server.url, token: 'glpat-token', now });
}

function askedOf(server: Loopback): readonly string[] {
  return server.received.map((request) => decodeURIComponent(request.url).replace('/api/v4/projects/7/', ''));
}

describe('createGitLabGateway on refs', () => {
  it('reads a tag by the commit it points to, not by its own id', async () => {
    await using server = await startGitLab({
      'repository/tags/v1.4.0': { name: 'v1.4.0', target: 'f'.repeat(40), commit },
    });

    expect(await connect(server).tag(7, 'v1.4.0')).toEqual({ name: 'v1.4.0', sha, commitTitle: commit.title });
  });

  it('knows no tag that is absent or points to no commit', async () => {
    await using server = await startGitLab({ 'repository/tags/tree': { name: 'tree', target: 'f', commit: null } });
    const gitlab = connect(server);

    expect(await gitlab.tag(7, 'v9')).toBeUndefined();
    expect(await gitlab.tag(7, 'tree')).toBeUndefined();
    expect(await gitlab.tag(7, '..')).toBeUndefined();
    expect(await gitlab.branch(7, 'nope')).toBeUndefined();
  });

  it('takes a commit only by its sha', async () => {
    await using server = await startGitLab({
      [`repository/commits/${sha.slice(0, 8)}?stats=false`]: commit,
      'repository/commits/deadbeef?stats=false': commit,
    });
    const gitlab = connect(server);

    expect(await gitlab.commit(7, sha.slice(0, 8))).toEqual({ name: sha, sha, commitTitle: commit.title });
    // A branch of that name.
    expect(await gitlab.commit(7, 'deadbeef')).toBeUndefined();
    expect(await gitlab.commit(7, 'abcdef12')).toBeUndefined();
  });

  it('throws for a project that is absent or hidden', async () => {
    await using server = await startGitLab({});

    await expect(connect(server).project('acme/none')).rejects.toThrow(NotFoundError);
  });

  it('shows the newest twenty commits of a comparison and counts all', async () => {
    const commits = Array.from({ length: 30 }, (_, n) => ({
      id: `sha-${n}`,
      title: `Commit ${n}`,
      author_name: 'Ann',
    }));
    await using server = await startGitLab({
      'repository/compare?from=a&to=b&straight=false': { commits, web_url: 'https://gitlab.example.com/compare' },
    });

    const shipment = await connect(server).compare(7, 'a', 'b');

    expect(shipment).toMatchObject({ total: 30, url: 'https://gitlab.example.com/compare' });
    expect(shipment.commits).toHaveLength(20);
    expect(shipment.commits[0]).toEqual({ sha: 'sha-29', title: 'Commit 29', author: 'Ann' });
  });
});

describe('createGitLabGateway on pipelines', () => {
  const row = { id: 1, ref: 'v1', sha, status: 'success', source: 'push', web_url: 'https://x/1' };

  it('takes the pipelines of a name for those of the tag while no branch has it', async () => {
    await using server = await startGitLab({ 'pipelines?ref=v1&per_page=20': [row] });

    expect(await connect(server).pipelinesOf(7, { ref: 'v1', tag: true })).toEqual([
      { id: 1, ref: 'v1', tag: true, sha, status: 'success', url: 'https://x/1' },
    ]);
    expect(askedOf(server)).toHaveLength(2);
  });

  it('asks each pipeline whose it is where a tag and a branch share the name, once', async () => {
    await using server = await startGitLab({
      'pipelines?ref=v1&per_page=20': [
        { ...row, id: 3 },
        { ...row, id: 2 },
        { ...row, ref: 'refs/merge-requests/5/head' },
      ],
      'repository/branches/v1': { name: 'v1', commit },
      'repository/tags/v1': { name: 'v1', commit },
      'pipelines/3': { ...row, id: 3, tag: false },
      'pipelines/2': { ...row, id: 2, tag: true },
    });
    const gitlab = connect(server);

    const ofTag = await gitlab.pipelinesOf(7, { ref: 'v1', tag: true });
    const ofBranch = await gitlab.pipelinesOf(7, { ref: 'v1', tag: false });

    expect(ofTag.map((pipeline) => pipeline.id)).toEqual([2]);
    expect(ofBranch.map((pipeline) => pipeline.id)).toEqual([3]);
    expect(askedOf(server).filter((path) => /^pipelines\/\d/.test(path))).toHaveLength(2);
  });

  it('reads a merge request pipeline under its branch, with its commit', async () => {
    await using server = await startGitLab({
      'pipelines/4': {
        ...row,
        id: 4,
        ref: 'refs/merge-requests/5/head',
        tag: false,
        status: 'canceled',
        created_at: '2026-03-02T09:00:00.123Z',
        finished_at: null,
        duration: null,
        user: null,
      },
      [`repository/commits/${sha}?stats=false`]: commit,
      'merge_requests/5': { iid: 5, title: 'Basket', web_url: 'https://x/mr/5', source_branch: 'basket' },
    });

    expect(await connect(server).pipeline(project, 4)).toEqual({
      project,
      id: 4,
      ref: 'basket',
      tag: false,
      sha,
      status: 'canceled',
      source: 'push',
      url: 'https://x/1',
      stages: [],
      createdAt: new Date('2026-03-02T09:00:00.123Z'),
      commitTitle: commit.title,
      commitAuthor: 'Ann Lee',
      mergeRequest: { iid: 5, title: 'Basket', url: 'https://x/mr/5' },
    });
  });

  it('reads a pipeline whose commit is gone', async () => {
    await using server = await startGitLab({ 'pipelines/4': { ...row, id: 4 } });

    expect(await connect(server).pipeline(project, 4)).toMatchObject({ id: 4, tag: false });
  });

  it('reads jobs, telling manual ones by their status', async () => {
    const manual = { id: 9, name: 'deploy-prod', stage: 'deploy', status: 'manual', allow_failure: false };
    await using server = await startGitLab({
      'pipelines/4/jobs?per_page=100': [manual, { ...manual, id: 8, name: 'a', status: 'created' }],
      'jobs/9/trace': 'the log',
    });
    const gitlab = connect(server);

    expect((await gitlab.jobs(7, 4)).map(({ id, status, manual }) => ({ id, status, manual }))).toEqual([
      { id: 9, status: 'manual', manual: true },
      { id: 8, status: 'created', manual: undefined },
    ]);
    expect(await gitlab.jobLog(7, 9)).toBe('the log');
  });

  it('says what is wrong with an answer', async () => {
    await using server = await startGitLab({ 'jobs/9': { id: 9, name: null } });

    const reading = connect(server).job(7, 9);

    await expect(reading).rejects.toThrow(PayloadError);
    await expect(reading).rejects.toThrow(/job 9 is not as expected: name: /);
  });
});

describe('createGitLabGateway on the job graph', () => {
  const lint = { valid: true, merged_yaml: '---\nbuild:\n  script: [a]\n', errors: [] };

  it('asks for the configuration at the commit, once', async () => {
    await using server = await startGitLab({ [`ci/lint?content_ref=${sha}`]: lint });
    const gitlab = connect(server);

    await Promise.all([gitlab.ciGraph(7, sha), gitlab.ciGraph(7, sha)]);
    const graph = await gitlab.ciGraph(7, sha);

    expect(graph.jobs.map((job) => job.name)).toEqual(['build']);
    expect(askedOf(server)).toEqual([`ci/lint?content_ref=${sha}`]);
  });

  it('says why there is no graph, and asks again the next time', async () => {
    await using server = await startGitLab({
      [`ci/lint?content_ref=${sha}`]: { valid: false, merged_yaml: null, errors: ['jobs config should contain a job'] },
    });
    const gitlab = connect(server);

    await expect(gitlab.ciGraph(7, sha)).rejects.toThrow('jobs config should contain a job');
    await expect(gitlab.ciGraph(7, sha)).rejects.toThrow(PayloadError);
    expect(server.received).toHaveLength(2);
  });
});

const list = (status: string, limit: number): string =>
  `deployments?environment=production&status=${status}&order_by=id&sort=desc&per_page=${limit}`;

describe('createGitLabGateway on deployments', () => {
  const environment = { id: 3, name: 'production', external_url: null };
  const deployment = (id: number, status: string, jobStatus: string) => ({
    id,
    status,
    ref: 'v1',
    sha,
    environment,
    user: { id: 1, username: 'pusher', name: 'Pusher' },
    updated_at: '2026-03-02T09:00:00.000Z',
    deployable: { id: id + 100, status: jobStatus, user: { id: 2, username: 'ann', name: 'Ann' }, pipeline: { id: 4 } },
  });
  it('reads the newest successes, under the name of who started the job', async () => {
    await using server = await startGitLab({ [list('success', 2)]: [deployment(5, 'success', 'success')] });

    expect(await connect(server).successfulDeployments(7, 'production', 2)).toEqual([
      {
        id: 5,
        environment: 'production',
        status: 'success',
        jobId: 105,
        jobStarted: false,
        pipelineId: 4,
        ref: 'v1',
        sha,
        user: { id: 2, username: 'ann', name: 'Ann' },
        changedAt: new Date('2026-03-02T09:00:00Z'),
      },
    ]);
  });

  it('counts as under way what runs or waits for a runner, not what waits for a press', async () => {
    await using server = await startGitLab({
      [list('running', 20)]: [deployment(5, 'running', 'running')],
      [list('created', 20)]: [deployment(8, 'created', 'pending'), deployment(7, 'created', 'created')],
      [list('blocked', 20)]: [deployment(9, 'blocked', 'manual'), deployment(6, 'blocked', 'waiting_for_resource')],
    });

    const running = await connect(server).runningDeployments(7, 'production');

    expect(running.map(({ id }) => id)).toEqual([8, 6, 5]);
  });

  it('orders by the time that it filters by', async () => {
    const path = 'deployments?updated_after=2026-03-02T08:00:00.000Z&order_by=updated_at&sort=desc&per_page=100';
    await using server = await startGitLab({ [path]: [{ ...deployment(5, 'success', 'success'), deployable: null }] });

    const [found] = await connect(server).deploymentsUpdatedSince(7, new Date('2026-03-02T08:00:00Z'));

    expect(found).toMatchObject({ id: 5, jobId: undefined, user: { username: 'pusher' } });
  });
});

describe('createGitLabGateway on people', () => {
  it('keeps a role for a minute', async () => {
    let at = new Date('2026-03-02T09:00:00Z');
    await using server = await startGitLab({ 'members/all/11': { access_level: 40, state: 'active' } });
    const gitlab = connect(server, () => at);

    expect(await gitlab.accessLevel(7, 11)).toBe(40);
    at = new Date('2026-03-02T09:00:59Z');
    expect(await gitlab.accessLevel(7, 11)).toBe(40);
    expect(server.received).toHaveLength(1);

    at = new Date('2026-03-02T09:01:00Z');
    expect(await gitlab.accessLevel(7, 11)).toBe(40);
    expect(server.received).toHaveLength(2);
  });

  it('gives no role to a stranger, a blocked user or a membership that awaits approval', async () => {
    await using server = await startGitLab({
      'members/all/12': { access_level: 40, state: 'blocked' },
      'members/all/13': { access_level: 40, state: 'active', membership_state: 'awaiting' },
    });
    const gitlab = connect(server);

    expect(await Promise.all([11, 12, 13].map((id) => gitlab.accessLevel(7, id)))).toEqual([0, 0, 0]);
  });

  it('finds a user by the very name', async () => {
    await using server = await startGitLab({
      'users?username=Ann&per_page=1': [{ id: 11, username: 'ann', name: 'Ann Lee' }],
      'users?username=bob&per_page=1': [],
    });
    const gitlab = connect(server);

    expect(await gitlab.userByName('Ann')).toEqual({ id: 11, username: 'ann', name: 'Ann Lee' });
    expect(await gitlab.userByName('bob')).toBeUndefined();
  });

  it.each<[string, readonly object[], string | undefined]>([
    ['a public address, without looking at its case', [{ public_email: 'Ann@acme.example' }], 'ann'],
    [
      'a confirmed one that an administrator is shown',
      [{ email: address, confirmed_at: '2024-01-01T00:00:00Z' }],
      'ann',
    ],
    ['nobody by one that was never confirmed', [{ email: address, confirmed_at: null }], undefined],
    [
      'nobody by a public one of an account that was never confirmed',
      [{ public_email: address, confirmed_at: null }],
      undefined,
    ],
    ['nobody by one of which GitLab does not say that it is confirmed', [{ email: address }], undefined],
    ['nobody who merely has such a name', [{ name: address, public_email: '' }], undefined],
    ['nobody who is blocked', [{ public_email: address, state: 'blocked' }], undefined],
    ['no bot', [{ public_email: address, bot: true }], undefined],
    ['nobody of two', [{ public_email: address }, { id: 12, public_email: address }], undefined],
  ])('finds by an e-mail address %s', async (_case, found, username) => {
    const account = { id: 11, username: 'ann', name: 'Ann Lee', state: 'active' };
    await using server = await startGitLab({
      [`users?active=true&humans=true&search=${address}&per_page=20`]: found.map((each) => ({ ...account, ...each })),
    });

    expect((await connect(server).userByEmail(address))?.username).toBe(username);
  });

  it('asks for the owner of an address once a minute, and shows the address in no error', async () => {
    let now = new Date('2026-03-02T09:00:00Z');
    let answers = true;
    await using server = await startLoopback((response) =>
      answers ? sendJson(response, 200, []) : sendJson(response, 403, { message: '403 Forbidden' }),
    );
    const gitlab = connect(server, () => now);

    await gitlab.userByEmail(address);
    await gitlab.userByEmail(address.toUpperCase());
    expect(server.received).toHaveLength(1);
    now = new Date(now.getTime() + 60_001);
    answers = false;
    const refused: unknown = await gitlab.userByEmail(address).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(GitLabError);
    expect(JSON.stringify([String(refused), refused])).not.toContain('acme.example');
  });

  it('reads the address that a commit bears, once', async () => {
    await using server = await startGitLab({
      [`repository/commits/${sha}?stats=false`]: { ...commit, author_email: address },
    });
    const gitlab = connect(server);

    expect(await gitlab.commitAuthorEmail(7, sha)).toBe(address);
    expect(await gitlab.commitAuthorEmail(7, sha)).toBe(address);
    expect(await gitlab.commitAuthorEmail(7, 'f'.repeat(40))).toBeUndefined();
    expect(server.received).toHaveLength(2);
  });
});

describe('createGitLabGateway on plays', () => {
  it('plays without variables and gives the job', async () => {
    const job = { id: 9, name: 'deploy-prod', stage: 'deploy', status: 'pending' };
    await using server = await startGitLab({ 'jobs/9/play': job });

    expect(await connect(server).playJob(7, 9)).toMatchObject({ id: 9, status: 'pending' });
    expect(server.received).toMatchObject([{ method: 'POST', body: '' }]);
  });

  it('tells an answer that it cannot read from a play that did not happen', async () => {
    await using server = await startGitLab({ 'jobs/9/play': { odd: true } });

    const error: unknown = await connect(server)
      .playJob(7, 9)
      .catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(GitLabError);
    expect(error).toMatchObject({ outcome: 'unknown' });
  });
});
