import { describe, expect, it } from 'vitest';
import type { CanaryRule, VerifyRule } from '../../src/domain/check-rules.ts';
import type { Job } from '../../src/domain/job.ts';
import { type CiGraph, findCanary, planRoute } from '../../src/domain/release.ts';
import { addChecks } from '../../src/domain/route-checks.ts';
import { aCiJob, aGraph, sampleGraph, sampleJobs } from '../support/builders.ts';

const watch = { query: 'ratio', above: 0.01, forMs: 60_000, everyMs: 15_000, minRequests: 1 };
const probe = { url: 'https://example.com/api/version', field: 'version', withinMs: 60_000, everyMs: 5_000 };

/** The sample's pipeline where the bot watches: its own watch is absent. */
const unwatched: CiGraph = {
  ...sampleGraph,
  jobs: sampleGraph.jobs
    .filter(({ name }) => name !== 'monitor-canary')
    .map((job) => ({ ...job, needs: job.needs?.filter((name) => name !== 'monitor-canary') })),
};

function without(jobs: readonly Job[]): readonly Job[] {
  return jobs.filter(({ name }) => name !== 'monitor-canary');
}

function target(graph: CiGraph) {
  const job = graph.jobs.find(({ name }) => name === 'deploy-prod');
  if (!job) throw new Error('no deploy-prod');
  return job;
}

function checked(
  graph: CiGraph,
  jobs: readonly Job[],
  rule: { readonly canary?: CanaryRule; readonly verify?: VerifyRule },
): { readonly steps: readonly string[]; readonly trouble: string | undefined; readonly absent: readonly string[] } {
  const job = target(graph);
  const { steps, trouble, absent } = addChecks(planRoute(graph, job, jobs), {
    target: job.name,
    canary: findCanary(graph, job, jobs),
    rule,
    jobs: jobs.map(({ name }) => name),
  });
  return { steps: steps.map((step) => `${step.kind} ${step.environment ?? step.job}`), trouble, absent };
}

describe('findCanary', () => {
  it('is the last manual job on the way that starts another environment', () => {
    expect(findCanary(unwatched, target(unwatched), without(sampleJobs()))).toEqual({
      environment: 'production-canary',
      job: 'deploy-canary',
      watchJob: undefined,
      isHeld: true,
    });
  });

  it('names the job between the two that has to pass', () => {
    expect(findCanary(sampleGraph, target(sampleGraph), sampleJobs())?.watchJob).toBe('monitor-canary');
  });

  it('does not take a job for the watch that may fail', () => {
    const jobs = sampleJobs({ 'monitor-canary': { allowFailure: true } });

    expect(findCanary(sampleGraph, target(sampleGraph), jobs)?.watchJob).toBeUndefined();
  });

  it('is none where only staging comes before, by itself', () => {
    const graph = aGraph(
      ['staging', 'prod'],
      [
        aCiJob({ name: 'deploy-staging', stage: 'staging', environment: { name: 'staging', action: 'start' } }),
        aCiJob({ name: 'deploy-prod', stage: 'prod', manual: true, environment: { name: 'prod', action: 'start' } }),
      ],
    );

    expect(findCanary(graph, target(graph), sampleJobs())).toBeUndefined();
  });
});

describe('addChecks', () => {
  const jobs = without(sampleJobs());
  const asks: CanaryRule = { asks: true, watch };

  it('watches between the canary and the question, and verifies at the end', () => {
    expect(checked(unwatched, jobs, { canary: asks, verify: { probe } }).steps).toEqual([
      'play production-canary',
      'watch production-canary',
      'ask production',
      'play production',
      'verify verify-deployment',
      'probe deploy-prod',
    ]);
  });

  it('asks nobody where a good watch promotes', () => {
    expect(checked(unwatched, jobs, { canary: { asks: false, watch } }).steps).not.toContain('ask production');
    expect(checked(sampleGraph, sampleJobs(), { canary: { asks: false } }).steps).not.toContain('ask production');
  });

  it('asks all the same where nobody watches', () => {
    expect(checked(unwatched, jobs, { canary: { asks: false } }).steps).toContain('ask production');
  });

  it('watches a canary that is up already', () => {
    const up = without(sampleJobs({ 'deploy-canary': { status: 'success' }, 'deploy-prod': { status: 'manual' } }));

    expect(checked(unwatched, up, { canary: asks }).steps).toEqual([
      'watch production-canary',
      'play production',
      'verify verify-deployment',
    ]);
  });

  it('leaves the watch to the job of the pipeline', () => {
    const { steps, trouble } = checked(sampleGraph, sampleJobs(), { canary: asks });

    expect(steps).toContain('wait monitor-canary');
    expect(steps).not.toContain('watch production-canary');
    expect(trouble).toBe('pipeline_watches');
  });

  it('cannot watch what goes on by itself', () => {
    const graph = {
      ...unwatched,
      jobs: unwatched.jobs.map((job) => ({ ...job, manual: job.name === 'deploy-canary' })),
    };

    expect(checked(graph, jobs, { canary: asks })).toMatchObject({ trouble: 'not_held' });
  });

  it('verifies with the jobs that are named, and tells those that are absent', () => {
    expect(
      checked(unwatched, jobs, { verify: { jobs: ['verify-deployment', 'unit-tests', 'e2e-prod'] } }),
    ).toMatchObject({
      steps: expect.arrayContaining(['verify unit-tests']),
      absent: ['e2e-prod'],
    });
  });
});
