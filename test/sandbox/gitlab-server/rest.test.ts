import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness();
});

afterEach(async () => {
  await harness.gitlab.stop();
});

async function tagAtGate(tag: string, gate: string): Promise<number> {
  const { gitlab } = harness;
  const { id } = await gitlab.pushTag(tag);
  await gitlab.settle(id);
  if (gate === 'deploy-prod') {
    await gitlab.play(gitlab.job('deploy-canary', id).id);
    await gitlab.settle(id);
  }
  return gitlab.job(gate, id).id;
}

describe('POST jobs/:id/play', () => {
  it('queues a manual job and shows that it waits for its resource', async () => {
    const id = await tagAtGate('v1.4.0', 'deploy-canary');

    const answer = await harness.ask('POST', `/projects/42/jobs/${id}/play`, {
      body: { job_variables_attributes: [{ key: 'CHATOPS_USER', value: 'ann' }] },
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, status: 'waiting_for_resource', user: { username: 'chatops' } });
    expect(harness.gitlab.job('deploy-canary').status).toBe('pending');
  });

  it('refuses what has not been reached, runs already or is not manual', async () => {
    const { gitlab, ask } = harness;
    const gate = await tagAtGate('v1.4.0', 'deploy-canary');
    const refusal = { message: '400 Bad request - Unplayable Job' };

    expect(await ask('POST', `/projects/42/jobs/${gitlab.job('deploy-prod').id}/play`)).toMatchObject({
      status: 400,
      body: refusal,
    });
    expect(await ask('POST', `/projects/42/jobs/${gitlab.job('unit-tests').id}/play`)).toMatchObject({
      status: 400,
      body: refusal,
    });
    await ask('POST', `/projects/42/jobs/${gate}/play`);
    expect(await ask('POST', `/projects/42/jobs/${gate}/play`)).toMatchObject({ status: 400, body: refusal });
  });

  it('retries a finished manual job silently and returns the old one', async () => {
    const { gitlab, ask } = harness;
    const id = await tagAtGate('v1.4.0', 'deploy-canary');
    await gitlab.play(id);
    await gitlab.settle();

    const answer = await ask('POST', `/projects/42/jobs/${id}/play`);

    expect(answer).toMatchObject({ status: 200, body: { id, status: 'success' } });
    expect(gitlab.job('deploy-canary')).toMatchObject({ status: 'pending' });
    expect(gitlab.job('deploy-canary').id).toBeGreaterThan(id);
  });

  it('refuses an outdated deployment job with a bare 403', async () => {
    const { gitlab, ask } = harness;
    const older = await tagAtGate('v1.4.0', 'deploy-prod');
    const newer = await tagAtGate('v1.5.0', 'deploy-prod');
    await gitlab.play(newer);
    await gitlab.settle();

    expect(await ask('POST', `/projects/42/jobs/${older}/play`)).toMatchObject({
      status: 403,
      body: { message: '403 Forbidden' },
    });
    expect(gitlab.job('deploy-prod', gitlab.state().projects[0]?.pipelines[1]?.id).status).toBe('manual');
  });

  it('refuses variables where the project forbids them, and plays without', async () => {
    const { gitlab, ask } = harness;
    gitlab.settings.variablesRole = 'no_one_allowed';
    const id = await tagAtGate('v1.4.0', 'deploy-canary');

    const body = { job_variables_attributes: [{ key: 'A', value: 'b' }] };
    expect(await ask('POST', `/projects/42/jobs/${id}/play`, { body })).toMatchObject({ status: 403 });
    expect(await ask('POST', `/projects/42/jobs/${id}/play`)).toMatchObject({ status: 200 });
  });

  it('refuses who is no developer', async () => {
    const id = await tagAtGate('v1.4.0', 'deploy-canary');
    harness.gitlab.setMember('chatops', 20);

    expect(await harness.ask('POST', `/projects/42/jobs/${id}/play`)).toMatchObject({ status: 403 });
  });
});

describe('POST jobs/:id/retry', () => {
  it('rolls back by a new job and a new deployment of the old commit', async () => {
    const { gitlab, ask } = harness;
    const query = '/projects/42/deployments?environment=production&status=success&order_by=id&sort=desc&per_page=2';
    const [current, previous] = (await ask('GET', query)).body;
    const old = previous?.['deployable'] as { id: number };

    const answer = await ask('POST', `/projects/42/jobs/${old.id}/retry`);
    await gitlab.settle();
    const [live] = (await ask('GET', query)).body;

    expect(current).toMatchObject({ ref: 'v1.3.0' });
    expect(answer).toMatchObject({ status: 201, body: { name: 'deploy-prod', ref: 'v1.2.0' } });
    expect(answer.body['id']).toBeGreaterThan(old.id);
    expect(live).toMatchObject({ ref: 'v1.2.0', sha: previous?.['sha'], deployable: { id: answer.body['id'] } });
    expect(await ask('POST', `/projects/42/jobs/${old.id}/retry`)).toMatchObject({ status: 403 });
  });

  it('refuses what has not ended, and old deployments where rollback is not allowed', async () => {
    const { gitlab, ask } = harness;
    const gate = await tagAtGate('v1.4.0', 'deploy-canary');
    const old = gitlab.job(
      'deploy-prod',
      gitlab.state().projects[0]?.pipelines.find((each) => each.ref === 'v1.2.0')?.id,
    );
    gitlab.settings.rollbackAllowed = false;

    expect(await ask('POST', `/projects/42/jobs/${gate}/retry`)).toMatchObject({
      status: 403,
      body: { message: '403 Forbidden - Job is not retryable' },
    });
    expect(await ask('POST', `/projects/42/jobs/${old.id}/retry`)).toMatchObject({ status: 403 });
  });
});

describe('pipelines', () => {
  it('creates one for a tag, and refuses an unknown ref or a missing one', async () => {
    const { ask } = harness;

    expect(await ask('POST', '/projects/42/pipeline', { body: { ref: 'v1.3.0' } })).toMatchObject({
      status: 201,
      body: { ref: 'v1.3.0', tag: true, source: 'api', status: 'pending' },
    });
    expect(await ask('POST', '/projects/42/pipeline', { body: { ref: 'v9' } })).toMatchObject({
      status: 400,
      body: { message: { base: ['Reference not found'] } },
    });
    expect(await ask('POST', '/projects/42/pipeline', { body: {} })).toMatchObject({
      status: 400,
      body: { error: 'ref is missing' },
    });
  });

  it('stores nothing when the rules leave no pipeline', async () => {
    const { gitlab, ask } = harness;
    await gitlab.createTag('nightly');
    const before = gitlab.state().projects[0]?.pipelines.length;

    expect(await ask('POST', '/projects/42/pipeline', { body: { ref: 'nightly' } })).toMatchObject({
      status: 400,
      body: { message: { base: ['Pipeline filtered out by workflow rules.'] } },
    });
    expect(gitlab.state().projects[0]?.pipelines).toHaveLength(before ?? 0);
  });

  it('leaves retried jobs out unless asked', async () => {
    const { gitlab, ask } = harness;
    gitlab.planFailure('unit-tests');
    const { id } = await gitlab.pushTag('v1.4.0');
    await gitlab.settle();

    expect(await ask('POST', `/projects/42/pipelines/${id}/retry`)).toMatchObject({
      status: 201,
      body: { status: 'running' },
    });

    const names = async (query: string) =>
      (await ask('GET', `/projects/42/pipelines/${id}/jobs?per_page=100${query}`)).body.length;
    expect(await names('')).toBe(26);
    expect(await names('&include_retried=true')).toBe(27);
    expect(await names('&scope[]=success&scope[]=pending')).toBeGreaterThan(5);
    expect(await ask('GET', `/projects/42/pipelines/${id}/jobs?scope=odd`)).toMatchObject({ status: 400 });
  });

  it('pages with headers', async () => {
    const { ask, gitlab } = harness;
    const first = await ask('GET', '/projects/42/pipelines?per_page=2');

    expect(first.body).toHaveLength(2);
    expect(first.headers.get('x-next-page')).toBe('2');
    expect(first.headers.get('link')).toContain(
      `<${gitlab.url}/api/v4/projects/42/pipelines?per_page=2&page=2>; rel="next"`,
    );
    expect((await ask('GET', '/projects/42/pipelines?per_page=2&page=3')).headers.get('x-next-page')).toBe('');
  });
});

describe('other reads', () => {
  it('answers as GitLab does to strangers and to unknown things', async () => {
    const { ask, gitlab } = harness;
    const { token } = gitlab.addUser('sam');

    expect(await ask('GET', '/user', { token: null })).toMatchObject({
      status: 401,
      body: { message: '401 Unauthorized' },
    });
    expect(await ask('GET', '/user', { token: 'glpat-wrong' })).toMatchObject({ status: 401 });
    expect(await ask('GET', '/projects/42', { token })).toMatchObject({
      status: 404,
      body: { message: '404 Project Not Found' },
    });
    expect(await ask('GET', '/projects/42/jobs', { token: gitlab.tokenOf('gil') })).toMatchObject({ status: 403 });
    expect(await ask('GET', '/nowhere')).toMatchObject({ status: 404, body: { error: '404 Not Found' } });
    expect(await ask('GET', '/projects/42/jobs/x')).toMatchObject({
      status: 400,
      body: { error: 'job_id is invalid' },
    });
    expect(await ask('GET', '/projects/acme%2Fproduction-app')).toMatchObject({ status: 200, body: { id: 42 } });
  });

  it('keeps the deployments list to its rules', async () => {
    const { ask } = harness;
    const status = async (query: string) => (await ask('GET', `/projects/42/deployments?${query}`)).status;

    expect((await ask('GET', '/projects/42/deployments')).body[0]).toMatchObject({ ref: 'main' });
    expect(await status('environment=prod')).toBe(200);
    expect((await ask('GET', '/projects/42/deployments?environment=prod')).body).toEqual([]);
    expect(await status('updated_after=2026-01-01T00:00:00Z&finished_after=2026-01-01T00:00:00Z')).toBe(400);
    expect(await status('finished_after=2020-01-01T00:00:00Z&order_by=finished_at')).toBe(400);
    expect(await status('finished_after=2020-01-01T00:00:00Z&order_by=finished_at&status=success')).toBe(200);
    expect(await status('status=odd')).toBe(400);
  });

  it('shows the last deployment of one environment and never in the list', async () => {
    const { ask } = harness;
    const [listed] = (await ask('GET', '/projects/42/environments?name=production')).body;

    expect(listed).not.toHaveProperty('last_deployment');
    expect((await ask('GET', `/projects/42/environments/${String(listed?.['id'])}`)).body).toMatchObject({
      last_deployment: { ref: 'v1.3.0', status: 'success' },
    });
    expect(await ask('GET', '/projects/42/environments?name=production&search=prod')).toMatchObject({ status: 400 });
    expect(await ask('GET', '/projects/42/environments?search=pr')).toMatchObject({ status: 400 });
  });

  it('compares two versions, oldest commit first, and nothing backwards', async () => {
    const { ask } = harness;
    const forward = (await ask('GET', '/projects/42/repository/compare?from=v1.2.0&to=v1.3.0')).body;
    const titles = (forward['commits'] as readonly { title: string }[]).map((commit) => commit.title);

    expect(titles).toContain('Fix "quotes" & <!channel> *stars*');
    expect((await ask('GET', '/projects/42/repository/compare?from=v1.3.0&to=v1.2.0')).body['commits']).toEqual([]);
    expect(await ask('GET', '/projects/42/repository/compare?from=v1&to=v1.2.0')).toMatchObject({ status: 404 });
  });

  it('selects the linted file by content_ref and not by ref', async () => {
    const { gitlab, ask } = harness;
    await gitlab.pushTag('v1.4.0', { ciYaml: 'a: {script: x}' });

    const yamlOf = async (query: string) =>
      String((await ask('GET', `/projects/42/ci/lint?${query}`)).body['merged_yaml']);
    expect(await yamlOf('ref=v1.3.0')).not.toContain('deploy-prod');
    expect(await yamlOf('content_ref=v1.3.0')).toContain('deploy-prod');
  });

  it('gives logs as plain text with colours and a secret to mask', async () => {
    const { gitlab, ask } = harness;
    await gitlab.pushTag('v1.4.0');
    await gitlab.finish('unit-tests', 'failed').catch(() => gitlab.finish('build-app', 'failed'));

    const trace = await ask('GET', `/projects/42/jobs/${gitlab.job('build-app').id}/trace`);

    expect(trace.headers.get('content-type')).toContain('text/plain');
    expect(trace.text).toContain('section_start:');
    expect(trace.text).toContain('\u001B[0K');
    expect(trace.text).toMatch(/glpat-\w{20}/);
  });

  it('stops an environment by its stop job', async () => {
    const { gitlab, ask } = harness;
    const id = await tagAtGate('v1.4.0', 'deploy-prod');
    const canary = gitlab.state().projects[0]?.environments.find((each) => each.name === 'production-canary');

    const answer = await ask('POST', `/projects/42/environments/${canary?.id}/stop`);
    await gitlab.settle();

    expect(id).toBeGreaterThan(0);
    expect(answer).toMatchObject({ status: 200, body: { state: 'stopping' } });
    expect(gitlab.job('stop-canary').status).toBe('success');
    expect((await ask('GET', `/projects/42/environments/${canary?.id}`)).body).toMatchObject({ state: 'stopped' });
  });

  it('keeps the secrets of hooks and forgets them when the address changes', async () => {
    const { ask } = harness;
    const made = await ask('POST', '/projects/42/hooks', {
      body: { url: 'http://a.example/x', token: 's', pipeline_events: true },
    });
    const path = `/projects/42/hooks/${String(made.body['id'])}`;

    expect(made).toMatchObject({
      status: 201,
      body: { token_present: true, pipeline_events: true, job_events: false },
    });
    expect(await ask('PUT', path, { body: { job_events: true } })).toMatchObject({
      status: 400,
      body: { error: 'url is missing' },
    });
    expect((await ask('PUT', path, { body: { url: 'http://b.example/x' } })).body).toMatchObject({
      token_present: false,
    });
  });
});

describe('GitLab Premium', () => {
  it('holds a protected deployment until it is approved, and approving runs nothing', async () => {
    const { gitlab, ask } = harness;
    expect(await ask('GET', '/projects/42/protected_environments')).toMatchObject({ status: 404 });
    gitlab.settings.tier = 'premium';
    gitlab.protectEnvironment('production', { deploy: [30], approvals: [{ who: 40, required: 1 }] });
    const job = await tagAtGate('v1.4.0', 'deploy-prod');
    const [blocked] = (await ask('GET', '/projects/42/deployments?environment=production&status=blocked')).body;
    const path = `/projects/42/deployments/${String(blocked?.['id'])}`;
    const approve = (username: string) =>
      ask('POST', `${path}/approval`, { body: { status: 'approved' }, token: gitlab.tokenOf(username) });

    expect(blocked).not.toHaveProperty('pending_approval_count');
    expect((await ask('GET', path)).body).toMatchObject({ pending_approval_count: 1 });
    expect(await ask('POST', `/projects/42/jobs/${job}/play`)).toMatchObject({ status: 400 });
    expect(await approve('ann')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('your own deployment') },
    });
    expect(await approve('mia')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('permission to approve') },
    });
    expect(await approve('raj')).toMatchObject({
      status: 201,
      body: { status: 'approved', user: { username: 'raj' } },
    });
    expect(gitlab.job('deploy-prod').status).toBe('manual');
    expect(await ask('POST', `/projects/42/jobs/${job}/play`)).toMatchObject({ status: 200 });
  });

  it('counts an approval for one rule, which may be named, and tells of it from GitLab 19 on', async () => {
    const { gitlab, ask } = harness;
    gitlab.settings.tier = 'premium';
    gitlab.settings.approvalHooks = true;
    const approvals = [
      { who: 40, required: 1 },
      { who: 'raj', required: 1 },
    ];
    gitlab.protectEnvironment('production', { deploy: [30], approvals });
    await tagAtGate('v1.4.0', 'deploy-prod');
    const [blocked] = (await ask('GET', '/projects/42/deployments?environment=production&status=blocked')).body;
    const path = `/projects/42/deployments/${String(blocked?.['id'])}`;
    const approve = (represented_as: string) =>
      ask('POST', `${path}/approval`, { body: { status: 'approved', represented_as }, token: gitlab.tokenOf('raj') });
    const heard: string[] = [];
    gitlab.onChange(() => heard.push('change'));

    expect(await approve('Nobody')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('no approval rules for the given `represent_as`') },
    });
    expect(await approve('Maintainers')).toMatchObject({ status: 201 });
    expect((await ask('GET', path)).body).toMatchObject({
      pending_approval_count: 1,
      approval_summary: { rules: [{ deployment_approvals: [{ status: 'approved' }] }, { deployment_approvals: [] }] },
    });
    expect(heard).toEqual(['change']);
  });

  it('drops a rejected job for good', async () => {
    const { gitlab, ask } = harness;
    gitlab.settings.tier = 'premium';
    gitlab.protectEnvironment('production', { deploy: [30], approvals: [{ who: 40, required: 1 }] });
    const job = await tagAtGate('v1.4.0', 'deploy-prod');
    const [blocked] = (await ask('GET', '/projects/42/deployments?status=blocked')).body;

    await ask('POST', `/projects/42/deployments/${String(blocked?.['id'])}/approval`, {
      body: { status: 'rejected', comment: 'no' },
    });

    expect(gitlab.job('deploy-prod')).toMatchObject({ status: 'failed', failureReason: 'deployment_rejected' });
    expect(await ask('POST', `/projects/42/jobs/${job}/retry`)).toMatchObject({ status: 403 });
  });
});
