import { describe, expect, it } from 'vitest';
import { renderRoot } from '../../src/cards/root.ts';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import { asRead } from './as-read.ts';
import { aDeployment, aJob, anOperation, aPipeline } from './builders.ts';

const read = (pipeline: Pipeline): string => asRead(renderRoot({ pipeline, operations: [] }));

describe('renderRoot', () => {
  it('never shows a pass as failed because of a job that may fail', () => {
    const allowed = aJob({ name: 'code-quality', status: 'failed', allowFailure: true });

    const shown = read(aPipeline({ status: 'success', jobs: [allowed] }));

    expect(shown).toContain('passed with warnings');
    expect(shown).not.toContain(':x:');
  });

  it('names a failure while the pipeline still runs', () => {
    const jobs = [aJob({ name: 'lint', status: 'failed' }), aJob({ id: 2, name: 'build', status: 'running' })];

    expect(read(aPipeline({ status: 'running', jobs }))).toContain(':x: Failed: lint');
  });

  it('shows an environment by its newest job where that is newer than the record of the deployment', () => {
    const retried = aJob({
      id: 200,
      name: 'deploy-staging',
      status: 'running',
      environment: { name: 'staging', action: 'start' },
    });
    const deployments = [aDeployment({ environment: 'staging', status: 'failed', jobId: 104 })];

    expect(read(aPipeline({ jobs: [retried], deployments }))).toContain('staging :arrow_forward: deploying');
  });

  it('leaves out jobs that stop or only verify an environment', () => {
    const stop = aJob({ name: 'stop-dev', environment: { name: 'development', action: 'stop' } });

    expect(read(aPipeline({ jobs: [stop], deployments: [] }))).not.toContain('Environments');
  });

  it('leaves out environments whose deployment was skipped', () => {
    const skipped = aJob({
      name: 'deploy-staging',
      status: 'skipped',
      environment: { name: 'staging', action: 'start' },
    });
    const deployments = [aDeployment({ environment: 'staging', status: 'skipped', jobId: 104 })];

    expect(read(aPipeline({ jobs: [skipped], deployments }))).not.toContain('Environments');
  });

  it('leaves a gate on the way of a deploy to the line of that deploy', () => {
    const gate = aJob({ name: 'deploy-prod', status: 'manual' });
    const pipeline = aPipeline({ jobs: [gate] });
    const asking = anOperation(['succeeded', 'succeeded', 'waiting']);

    const shown = asRead(renderRoot({ pipeline, operations: [asking] }));

    expect(read(pipeline)).toContain('Waiting for a person: deploy-prod');
    expect(shown).not.toContain('Waiting for a person: deploy-prod');
    expect(shown).toMatch(/:double_vertical_bar: Ann .* waiting for Ann .* to promote/);
  });

  it('forgets operations that have ended', () => {
    const pipeline = aPipeline();
    const ended = anOperation([], { state: 'succeeded' });

    expect(renderRoot({ pipeline, operations: [ended] })).toEqual(renderRoot({ pipeline, operations: [] }));
  });
});
