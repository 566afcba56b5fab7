import { describe, expect, it } from 'vitest';
import { createGitLabServer, type GitLabServer } from '../../../src/sandbox/gitlab-server/server.ts';

function statuses(gitlab: GitLabServer, pipelineId: number): Record<string, string> {
  return Object.fromEntries(gitlab.pipeline(pipelineId).jobs.map((job) => [job.name, job.status]));
}

async function toGate(gitlab: GitLabServer, tag: string): Promise<number> {
  const { id } = await gitlab.pushTag(tag);
  await gitlab.settle(id);
  return id;
}

async function toProduction(gitlab: GitLabServer, tag: string): Promise<number> {
  const id = await toGate(gitlab, tag);
  for (const gate of ['deploy-canary', 'deploy-prod']) {
    await gitlab.play(gitlab.job(gate, id).id);
    await gitlab.settle(id);
  }
  return id;
}

describe('a tag pipeline', () => {
  it('starts with the jobs that need nothing', async () => {
    const gitlab = createGitLabServer();

    const pipeline = await gitlab.pushTag('v1.4.0');

    expect(pipeline.jobs).toHaveLength(26);
    expect(pipeline.status).toBe('pending');
    expect(pipeline.jobs.filter((job) => job.status === 'pending').map((job) => job.name)).toEqual([
      'validate-code',
      'validate-manifests',
      'validate-helm',
      'build-app',
      'code-quality',
      'license-check',
    ]);
  });

  it('stops at its gates and ends with the version live', async () => {
    const gitlab = createGitLabServer();

    const id = await toGate(gitlab, 'v1.4.0');
    expect(gitlab.pipeline(id).status).toBe('manual');
    expect(statuses(gitlab, id)).toMatchObject({ 'deploy-canary': 'manual', 'deploy-prod': 'created' });

    await gitlab.play(gitlab.job('deploy-canary', id).id, 'raj');
    await gitlab.settle(id);
    expect(gitlab.pipeline(id).status).toBe('manual');
    expect(statuses(gitlab, id)).toMatchObject({
      'monitor-canary': 'success',
      'abort-canary': 'skipped',
      'stop-canary': 'manual',
      'deploy-prod': 'manual',
    });

    await gitlab.play(gitlab.job('deploy-prod', id).id, 'raj');
    await gitlab.settle(id);
    expect(gitlab.pipeline(id).status).toBe('success');
    expect(statuses(gitlab, id)).toMatchObject({
      'verify-deployment': 'success',
      'rollback-prod': 'manual',
      'auto-rollback-prod': 'skipped',
      'notify-failure': 'skipped',
    });
    const production = gitlab.state().projects[0]?.environments.find((each) => each.name === 'production');
    expect(production?.live).toBe('v1.4.0');
  });

  it('runs one more pipeline for a tag, also where its push made none', async () => {
    const gitlab = createGitLabServer();
    const sha = await gitlab.createTag('v1.4.0');

    const first = await gitlab.runPipeline('v1.4.0');
    const second = await gitlab.runPipeline('v1.4.0');

    expect(first).toMatchObject({ ref: 'v1.4.0', tag: true, sha });
    expect(second).toMatchObject({ ref: 'v1.4.0', sha });
    expect(second.id).toBeGreaterThan(first.id);
    await expect(gitlab.runPipeline('v9.9.9')).rejects.toThrow('Reference not found');
  });

  it('skips the way to production after a failed test and runs the notice', async () => {
    const gitlab = createGitLabServer();
    gitlab.planFailure('unit-tests');

    const id = await toGate(gitlab, 'v1.4.0');

    expect(gitlab.pipeline(id).status).toBe('failed');
    expect(statuses(gitlab, id)).toMatchObject({
      'unit-tests': 'failed',
      'deploy-staging': 'skipped',
      'deploy-prod': 'skipped',
      'rollback-prod': 'skipped',
      'notify-failure': 'success',
    });
  });

  it('goes on after a failure that is allowed', async () => {
    const gitlab = createGitLabServer();
    gitlab.planFailure('e2e-tests');

    const id = await toGate(gitlab, 'v1.4.0');

    expect(statuses(gitlab, id)).toMatchObject({ 'e2e-tests': 'failed', 'deploy-canary': 'manual' });
  });

  it('aborts the canary when its watch fails', async () => {
    const gitlab = createGitLabServer();
    const id = await toGate(gitlab, 'v1.4.0');
    gitlab.planFailure('monitor-canary');

    await gitlab.play(gitlab.job('deploy-canary', id).id);
    await gitlab.settle(id);

    expect(statuses(gitlab, id)).toMatchObject({ 'abort-canary': 'success', 'deploy-prod': 'skipped' });
  });

  it('rolls back by itself when the verification fails', async () => {
    const gitlab = createGitLabServer();
    gitlab.planFailure('verify-deployment');

    const id = await toProduction(gitlab, 'v1.4.0');

    expect(statuses(gitlab, id)).toMatchObject({ 'auto-rollback-prod': 'success', 'cleanup-canary': 'skipped' });
    expect(gitlab.pipeline(id).status).toBe('failed');
  });

  it('lets jobs that were skipped have another chance after a retry', async () => {
    const gitlab = createGitLabServer();
    gitlab.planFailure('unit-tests');
    const id = await toGate(gitlab, 'v1.4.0');
    const failed = gitlab.job('unit-tests', id);

    const retried = await gitlab.retry(failed.id);
    expect(gitlab.job('deploy-staging', id).status).toBe('created');
    await gitlab.settle(id);

    expect(retried.id).toBeGreaterThan(failed.id);
    expect(statuses(gitlab, id)).toMatchObject({ 'unit-tests': 'success', 'deploy-canary': 'manual' });
  });

  it('revives what an unplayed optional job had skipped', async () => {
    const ciYaml = 'a: {script: x, when: manual}\nb: {script: x, needs: [a]}';
    const gitlab = createGitLabServer({ ciYaml });
    const { id } = await gitlab.pushBranch('main');
    expect(statuses(gitlab, id)).toEqual({ a: 'manual', b: 'skipped' });

    await gitlab.play(gitlab.job('a', id).id);
    await gitlab.settle(id);

    expect(statuses(gitlab, id)).toEqual({ a: 'success', b: 'success' });
  });

  it('takes one job of a resource group at a time', async () => {
    const ciYaml = 'a: {script: x, resource_group: p}\nb: {script: x, resource_group: p}';
    const gitlab = createGitLabServer({ ciYaml });
    const { id } = await gitlab.pushBranch('main');

    await gitlab.run('a', id);
    expect(statuses(gitlab, id)).toEqual({ a: 'running', b: 'waiting_for_resource' });
    await gitlab.finish('a', 'success');
    await gitlab.run('b', id);

    expect(statuses(gitlab, id)).toEqual({ a: 'success', b: 'running' });
  });

  it('runs differently when a needs line is taken out of the file', async () => {
    const [before, after] = [
      'a: {script: x}\nb: {stage: deploy, script: x, needs: [a]}',
      'a: {script: x}\nb: {stage: deploy, script: x}\nc: {script: x}',
    ];
    const [first, second] = [createGitLabServer({ ciYaml: before }), createGitLabServer({ ciYaml: after })];
    await first.pushBranch('main');
    await second.pushBranch('main');

    await first.finish('a', 'success');
    await second.finish('a', 'success');

    expect(first.job('b').status).toBe('pending');
    expect(second.job('b').status).toBe('created');
  });

  it('keeps a broken pipeline that a push made, and says why', async () => {
    const gitlab = createGitLabServer();

    const pipeline = await gitlab.pushTag('v1.4.0', { ciYaml: 'a: {script: x, needs: [gone]}' });

    expect(pipeline).toMatchObject({ status: 'failed', yamlErrors: 'a job: undefined need: gone', jobs: [] });
  });

  it('ends a pipeline as canceled', async () => {
    const gitlab = createGitLabServer({ ciYaml: 'a: {script: x}\nb: {stage: deploy, script: x}' });
    const { id } = await gitlab.pushBranch('main');

    await gitlab.cancel(gitlab.job('a', id).id);

    expect(statuses(gitlab, id)).toEqual({ a: 'canceled', b: 'skipped' });
    expect(gitlab.pipeline(id).status).toBe('canceled');
  });
});

describe('the seeded past', () => {
  it('has two releases that went to production', () => {
    const [project] = createGitLabServer().state().projects;
    const production = project?.environments.find((each) => each.name === 'production');

    expect(project?.tags.map((tag) => tag.name)).toEqual(['v1.3.0', 'v1.2.0']);
    expect(production?.deployments.map((each) => [each.ref, each.status])).toEqual([
      ['v1.3.0', 'success'],
      ['v1.2.0', 'success'],
    ]);
    expect(project?.environments.map((each) => each.name).toSorted()).toEqual([
      'development',
      'production',
      'production-canary',
      'staging',
    ]);
  });
});
