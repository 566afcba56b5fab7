import { describe, expect, it } from 'vitest';
import { type DeployFacts, decideDeploy } from '../../src/domain/deployability.ts';
import type { JobStatus } from '../../src/domain/job.ts';
import { aDeployment, aJob, anOperation, release } from '../support/builders.ts';

const clear = { waiting: [], broken: [] };
const unitTests = aJob({ name: 'unit-tests' });

function deployJob(status: JobStatus) {
  return aJob({ id: 106, name: 'deploy-prod', status });
}

/** A release whose deploy job stands ready, with another version live. */
function someFacts(change: Partial<DeployFacts> = {}): DeployFacts {
  return {
    release,
    job: deployJob('manual'),
    live: aDeployment({ sha: 'b'.repeat(40), ref: 'v1.3.0' }),
    running: [],
    operation: undefined,
    blockers: clear,
    pressable: true,
    ...change,
  };
}

const live = aDeployment({ sha: release.sha });
const underWay = aDeployment({ id: 12, status: 'running', jobId: 105 });

describe('decideDeploy', () => {
  it.each<[string, Partial<DeployFacts>]>([
    ['a job that stands ready', {}],
    ['a first deployment', { live: undefined }],
    ['a job behind a gate that stands ready', { job: deployJob('created') }],
    ['the live commit by the job of another pipeline', { live }],
    [
      'deployments that only wait',
      { running: [aDeployment({ status: 'blocked' }), aDeployment({ status: 'created' })] },
    ],
    [
      'a job under way that somebody wants to follow, since it runs by itself',
      {
        job: deployJob('running'),
        running: [aDeployment({ status: 'running', jobId: 106 })],
        pressable: false,
        insists: { again: false, whenReady: true },
      },
    ],
  ])('allows %s', (_what, change) => {
    expect(decideDeploy(someFacts(change))).toEqual({ kind: 'allow' });
  });

  it.each<[string, Partial<DeployFacts>, object]>([
    ['an operation under way', { operation: anOperation() }, { reason: 'operation_active', operation: anOperation() }],
    ...(['pending', 'running', 'preparing', 'waiting_for_resource', 'canceling'] as const).map(
      (status): [string, Partial<DeployFacts>, object] => [
        `a job that is ${status}`,
        { job: deployJob(status) },
        { reason: 'job_running', job: deployJob(status) },
      ],
    ),
    ['what is live', { live, job: deployJob('success') }, { reason: 'already_live', live }],
    [
      'another deployment under way',
      { running: [aDeployment({ status: 'blocked' }), underWay] },
      { reason: 'deployment_running', deployment: underWay },
    ],
    [
      'a job under way that somebody pressed, though it was to be waited for',
      { job: deployJob('running'), insists: { again: false, whenReady: true } },
      { reason: 'job_running', job: deployJob('running') },
    ],
    [
      'what was deployed before',
      { job: deployJob('success') },
      { reason: 'deployed_before', job: deployJob('success') },
    ],
    ['a failed job', { job: deployJob('failed') }, { reason: 'job_failed', job: deployJob('failed') }],
    ['a canceled job', { job: deployJob('canceled') }, { reason: 'job_canceled', job: deployJob('canceled') }],
    [
      'a skipped job, because of what broke',
      { job: deployJob('skipped'), blockers: { waiting: [], broken: [unitTests] } },
      { reason: 'job_skipped', job: deployJob('skipped'), because: [unitTests] },
    ],
    [
      'broken prerequisites before unfinished ones',
      { blockers: { waiting: [unitTests], broken: [unitTests] } },
      { reason: 'upstream_broken', jobs: [unitTests] },
    ],
    [
      'unfinished prerequisites',
      { blockers: { waiting: [unitTests], broken: [] } },
      { reason: 'not_ready', jobs: [unitTests] },
    ],
    [
      'a job that nobody can press',
      { job: deployJob('created'), pressable: false },
      { reason: 'runs_by_itself', job: deployJob('created') },
    ],
  ])('refuses %s', (_what, change, refusal) => {
    expect(decideDeploy(someFacts(change))).toEqual({ kind: 'refuse', ...refusal });
  });

  it('names our own operation before what it does in GitLab', () => {
    const facts = someFacts({ operation: anOperation(), job: deployJob('running'), running: [underWay] });

    expect(decideDeploy(facts)).toMatchObject({ reason: 'operation_active' });
  });
});
