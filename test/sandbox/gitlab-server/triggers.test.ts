import { afterEach, describe, expect, it } from 'vitest';
import type { GitLabServerOptions } from '../../../src/sandbox/gitlab-server/server.ts';
import { childRepository, infraYaml, upstreamYaml } from '../../support/child-project.ts';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;

afterEach(() => harness.gitlab.stop());

async function pipelineOf(options: GitLabServerOptions) {
  harness = await startHarness(options);
  const { id } = await harness.gitlab.pushTag('v9.0.0');
  await harness.gitlab.settle(id);
  const [downstream = 0] = harness.gitlab.pipeline(id).downstream;
  return { id, downstream };
}

describe('a trigger job with include', () => {
  it('makes a child that is a bridge in the API, and no job and no pipeline of the lists', async () => {
    const { id, downstream } = await pipelineOf({ examplePath: childRepository() });

    const [bridges, jobs, listed, asked] = await Promise.all([
      harness.ask('GET', `/projects/42/pipelines/${id}/bridges`),
      harness.ask('GET', `/projects/42/pipelines/${id}/jobs`),
      harness.ask('GET', '/projects/42/pipelines?ref=v9.0.0'),
      harness.ask('GET', '/projects/42/pipelines?ref=v9.0.0&source=parent_pipeline'),
    ]);

    expect(bridges.body).toMatchObject([
      { name: 'deploy-eu', status: 'running', downstream_pipeline: { id: downstream, project_id: 42, ref: 'v9.0.0' } },
    ]);
    expect(jobs.body.map((job) => job['name'])).toEqual(['unit-tests']);
    expect(listed.body.map((pipeline) => pipeline['id'])).toEqual([id]);
    expect(asked.body.map((pipeline) => pipeline['id'])).toEqual([downstream]);
  });

  it('ends as its child does, and follows it when it runs again', async () => {
    const { id, downstream } = await pipelineOf({ examplePath: childRepository() });
    const { gitlab } = harness;
    expect(gitlab.pipeline(id).status).toBe('running');
    expect(gitlab.pipeline(downstream)).toMatchObject({ source: 'parent_pipeline', tag: true });

    await gitlab.finish('smoke-test', 'failed', { pipelineId: downstream });
    expect(gitlab.pipeline(id).status).toBe('failed');
    await gitlab.retry(gitlab.job('smoke-test', downstream).id);
    await gitlab.run('smoke-test', downstream);
    expect(gitlab.pipeline(id).status).toBe('running');
  });

  it('names its parent in hooks of the child alone, and sends none of its own', async () => {
    harness = await startHarness({ examplePath: childRepository() });
    const { gitlab } = harness;
    gitlab.setWebhook('http://127.0.0.1:9/hook', 'secret');
    const { id } = await gitlab.pushTag('v9.0.0');
    await gitlab.settle(id);
    await gitlab.deliverWebhooks();

    const named = gitlab.webhooks.map(({ payload }) => JSON.stringify(payload));
    const source = gitlab.webhooks.map(({ payload }) => payload['source_pipeline']).filter(Boolean);
    expect(source.length).toBeGreaterThan(0);
    expect(source).toEqual(source.map(() => expect.objectContaining({ pipeline_id: id })));
    expect(named.filter((text) => text.includes('"deploy-eu"'))).toEqual([]);
  });
});

describe('a trigger job with project', () => {
  it('makes a pipeline of the other project, on its own branch', async () => {
    const otherProjects = [{ id: 77, path: 'acme/infra', ciYaml: infraYaml }];
    const { id, downstream } = await pipelineOf({ ciYaml: upstreamYaml, otherProjects });

    const bridges = await harness.ask('GET', `/projects/42/pipelines/${id}/bridges`);
    const made = await harness.ask('GET', `/projects/77/pipelines/${downstream}`);

    expect(bridges.body).toMatchObject([{ name: 'infra', downstream_pipeline: { id: downstream, project_id: 77 } }]);
    expect(made.body).toMatchObject({ source: 'pipeline', ref: 'main', project_id: 77 });
  });

  it('fails where there is no such project', async () => {
    const { id } = await pipelineOf({ ciYaml: upstreamYaml });

    const bridges = await harness.ask('GET', `/projects/42/pipelines/${id}/bridges`);

    expect(bridges.body).toMatchObject([
      { status: 'failed', failure_reason: 'downstream_bridge_project_not_found', downstream_pipeline: null },
    ]);
  });
});
