import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitLabError } from '../../src/domain/errors.ts';
import { decodeDelivery } from '../../src/gitlab/decode-delivery.ts';
import { createGitLabGateway } from '../../src/gitlab/gateway.ts';
import { verifyDelivery } from '../../src/gitlab/verify-delivery.ts';
import { createGitLabServer } from '../../src/sandbox/gitlab-server/server.ts';
import { sendText, startLoopback } from './loopback.ts';

describe('the gateway against the stand-in GitLab', () => {
  const server = createGitLabServer();
  const connect = () => createGitLabGateway({ url: server.url, token: server.token, now: () => new Date() });

  beforeAll(async () => server.start());
  afterAll(async () => server.stop());

  it('finds the pipeline, jobs and graph of the newest tag that has any', async () => {
    const gitlab = connect();
    const project = await gitlab.project('acme/production-app');
    const tags = await gitlab.newestTags(project.id, 10);
    const [tag] = tags;
    if (!tag) throw new Error('the stand-in has no tags');

    const found = await gitlab.tag(project.id, tag.name);
    const pipelines = await gitlab.pipelinesOf(project.id, { ref: tag.name, tag: true });
    const [pipeline] = pipelines;
    if (!pipeline) throw new Error(`no pipeline for ${tag.name}`);
    const [facts, jobs, graph] = await Promise.all([
      gitlab.pipeline(project, pipeline.id),
      gitlab.jobs(project.id, pipeline.id),
      gitlab.ciGraph(project.id, tag.sha),
    ]);

    expect(found?.sha).toBe(tag.sha);
    expect(facts).toMatchObject({ id: pipeline.id, tag: true, ref: tag.name, sha: tag.sha });
    expect(facts.commitTitle).toBe(tag.commitTitle);
    expect(jobs.map((job) => job.name)).toContain('deploy-prod');
    expect(graph.jobs.find((job) => job.name === 'deploy-prod')?.environment?.name).toBe('production');
  });

  it('knows what is live, and who may do what', async () => {
    const gitlab = connect();
    const project = await gitlab.project('acme/production-app');
    const [live, environments, ann] = await Promise.all([
      gitlab.successfulDeployments(project.id, 'production', 2),
      gitlab.environments(project.id),
      gitlab.userByName('ann'),
    ]);

    expect(environments.map((environment) => environment.name)).toContain('production');
    expect(live[0]).toMatchObject({ environment: 'production', status: 'success' });
    expect(live[0]?.jobId).toBeDefined();
    expect(ann?.id).toBeDefined();
    expect(await gitlab.accessLevel(project.id, ann?.id ?? 0)).toBeGreaterThan(0);
    expect(await gitlab.runningDeployments(project.id, 'production')).toEqual([]);
  });

  it('cannot play what is not playable, and knows that nothing was done', async () => {
    const gitlab = connect();
    const project = await gitlab.project('acme/production-app');
    const [live] = await gitlab.successfulDeployments(project.id, 'production', 1);
    const jobs = await gitlab.jobs(project.id, live?.pipelineId ?? 0);
    const done = jobs.find((job) => job.status === 'success' && job.name === 'unit-tests');

    const error: unknown = await gitlab.playJob(project.id, done?.id ?? 0).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(GitLabError);
    expect(error).toMatchObject({ status: 400, outcome: 'none' });
  });

  it('plays a gate of a new tag, and every webhook of it is accepted and decodes', async () => {
    await using receiver = await startLoopback((response) => sendText(response, 200, ''));
    server.setWebhook(`${receiver.url}/gitlab/webhook`, 'webhook-secret');
    const gitlab = connect();
    const project = await gitlab.project('acme/production-app');

    const pushed = await server.pushTag('v9.0.0');
    await server.settle(pushed.id);
    const gate = (await gitlab.jobs(project.id, pushed.id)).find((job) => job.status === 'manual' && !job.allowFailure);
    if (!gate) throw new Error('the pipeline of the tag has no gate');
    const played = await gitlab.playJob(project.id, gate.id);
    await server.settle(pushed.id);
    await server.deliverWebhooks();

    expect(played).toMatchObject({ id: gate.id, name: gate.name });
    expect((await gitlab.job(project.id, gate.id)).status).toBe('success');
    const decoded = receiver.received.map((request) => decodeDelivery(request.body));
    expect(new Set(decoded.map((one) => (one.kind === 'event' ? one.event.kind : one.kind)))).toEqual(
      new Set(['pipeline', 'job', 'deployment', 'tag_news']),
    );
    const proof = { secret: 'webhook-secret', signingTokens: [] };
    for (const { headers, body } of receiver.received) {
      expect(verifyDelivery({ headers, body: Buffer.from(body), proof, now: new Date() })).toEqual({ kind: 'ok' });
    }
  });

  it('makes, retries and cancels pipelines, and says beforehand which jobs one would have', async () => {
    const gitlab = connect();
    const project = await gitlab.project('acme/production-app');
    const planned = await gitlab.plannedJobs(project.id, 'v1.3.0');

    const made = await gitlab.createPipeline(project.id, { ref: 'v1.3.0', variables: { CHATOPS_USER: 'ann' } });
    await gitlab.cancelPipeline(project.id, made.id);
    const canceled = await gitlab.pipeline(project, made.id);
    await gitlab.retryPipeline(project.id, made.id);
    const jobs = await gitlab.jobs(project.id, made.id);

    expect(planned?.errors).toEqual([]);
    expect(planned?.jobs).toContainEqual({ name: 'deploy-prod', manual: true, allowFailure: false });
    expect(planned?.jobs.map(({ name }) => name).toSorted()).toEqual(jobs.map(({ name }) => name).toSorted());
    expect(canceled).toMatchObject({ status: 'canceled', source: 'api', user: await gitlab.ownUser() });
    expect((await gitlab.pipeline(project, made.id)).status).not.toBe('canceled');
    expect((await gitlab.plannedJobs(project.id, 'basket-dates'))?.errors).not.toEqual([]);
  });

  it('stops an environment, and refuses a pipeline’s variables as a definite no', async () => {
    const gitlab = connect();
    const project = await gitlab.project('acme/production-app');
    const canary = await gitlab.environmentNamed(project.id, 'production-canary');
    server.settings.variablesRole = 'no_one_allowed';

    await gitlab.stopEnvironment(project.id, canary?.id ?? 0);
    const refused: unknown = await gitlab
      .createPipeline(project.id, { ref: 'v1.3.0', variables: { CHATOPS_USER: 'ann' } })
      .catch((reason: unknown) => reason);

    expect(await gitlab.environmentState(project.id, canary?.id ?? 0)).toMatch(/^stop/);
    expect(refused).toMatchObject({ status: 400, outcome: 'none' });
  });
});
