import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/domain/job.ts';
import {
  type CiGraph,
  type CiJob,
  findBlockers,
  findDeployJob,
  hasOnlyAdvanced,
  insistOnRoute,
  planRoute,
} from '../../src/domain/release.ts';
import { aCiJob, aGraph, aJob, sampleGraph, sampleJobs } from '../support/builders.ts';

const any = { configured: [], job: undefined };
const starts = (name: string) => ({ name, action: 'start' }) as const;

function ciJob(name: string, graph = sampleGraph): CiJob {
  const job = graph.jobs.find((candidate) => candidate.name === name);
  if (!job) throw new Error(`no job ${name}`);
  return job;
}

/** `play deploy-prod`, one line a step. */
function routeTo(name: string, jobs: readonly Job[], graph = sampleGraph): readonly string[] {
  return planRoute(graph, ciJob(name, graph), jobs).map((step) => `${step.kind} ${step.job}`);
}

function blockersOf(name: string, jobs: readonly Job[], graph = sampleGraph) {
  const { waiting, broken } = findBlockers(graph, ciJob(name, graph), jobs);
  return { waiting: waiting.map((job) => job.name), broken: broken.map((job) => job.name) };
}

describe('findDeployJob', () => {
  it.each([
    ['staging', 'deploy-staging'],
    ['production-canary', 'deploy-canary'],
    ['production', 'deploy-prod'],
  ])('finds the job that starts %s, never one that stops, verifies or prepares it', (environment, job) => {
    expect(findDeployJob(sampleGraph, environment, any)).toEqual({ kind: 'found', job: ciJob(job) });
  });

  it('finds none for an environment that no job starts', () => {
    expect(findDeployJob(sampleGraph, 'review', any)).toEqual({ kind: 'none' });
  });

  const two = aGraph(
    ['deploy'],
    [
      aCiJob({ name: 'deploy-eu', environment: starts('production') }),
      aCiJob({ name: 'deploy-us', environment: starts('production') }),
      aCiJob({ name: 'smoke' }),
    ],
  );

  it('names both where two jobs start it', () => {
    expect(findDeployJob(two, 'production', any)).toEqual({ kind: 'several', jobs: ['deploy-eu', 'deploy-us'] });
  });

  it('takes the one that was asked for', () => {
    expect(findDeployJob(two, 'production', { ...any, job: 'deploy-us' })).toMatchObject({
      job: { name: 'deploy-us' },
    });
  });

  it('offers the candidates when another job was asked for', () => {
    const match = findDeployJob(two, 'production', { ...any, job: 'smoke' });

    expect(match).toEqual({ kind: 'several', jobs: ['deploy-eu', 'deploy-us'] });
  });

  it('lets a configured job win, even one whose environment the graph does not say', () => {
    expect(findDeployJob(two, 'production', { ...any, configured: ['smoke'] })).toMatchObject({
      job: { name: 'smoke' },
    });
  });

  const variable = aGraph(['deploy'], [aCiJob({ name: 'review', environment: starts('review/$CI_COMMIT_REF_SLUG') })]);

  it('asks to configure a name that holds a variable', () => {
    expect(findDeployJob(variable, 'review/x', any)).toEqual({ kind: 'configure', reason: 'variable_in_name' });
    expect(findDeployJob(variable, 'review/x', { ...any, configured: ['review'] })).toMatchObject({ kind: 'found' });
  });

  it('asks to configure a job that is split by parallel', () => {
    const graph = aGraph(['deploy'], [aCiJob({ name: 'deploy', environment: starts('production'), parallel: true })]);

    expect(findDeployJob(graph, 'production', any)).toEqual({ kind: 'configure', reason: 'parallel' });
  });
});

describe('planRoute', () => {
  it('leads through the canary, asks, deploys and verifies', () => {
    expect(planRoute(sampleGraph, ciJob('deploy-prod'), sampleJobs())).toEqual([
      { kind: 'play', job: 'deploy-canary', environment: 'production-canary' },
      { kind: 'wait', job: 'monitor-canary', environment: undefined },
      { kind: 'ask', job: 'deploy-prod', environment: 'production' },
      { kind: 'play', job: 'deploy-prod', environment: 'production' },
      { kind: 'verify', job: 'verify-deployment', environment: undefined },
    ]);
  });

  it('leaves out what ended well, and asks nothing where no other environment is left to start', () => {
    const jobs = sampleJobs({
      'deploy-canary': { status: 'success' },
      'monitor-canary': { status: 'success' },
      'deploy-prod': { status: 'manual' },
    });

    expect(routeTo('deploy-prod', jobs)).toEqual(['play deploy-prod', 'verify verify-deployment']);
  });

  it('does not ask for a job that goes on by itself', () => {
    const graph: CiGraph = {
      ...sampleGraph,
      jobs: sampleGraph.jobs.map((job) => (job.name === 'deploy-prod' ? { ...job, manual: false } : job)),
    };

    expect(routeTo('deploy-prod', sampleJobs(), graph)).toEqual([
      'play deploy-canary',
      'wait monitor-canary',
      'play deploy-prod',
      'verify verify-deployment',
    ]);
  });

  it('tells no waits for what runs by itself before the first press', () => {
    const jobs = sampleJobs({ 'smoke-test-staging': { status: 'running' }, 'unit-tests': { status: 'running' } });

    expect(routeTo('deploy-canary', jobs)).toEqual(['play deploy-canary', 'verify monitor-canary']);
  });

  it('believes the pipeline that a job is manual, where the configuration leaves it to its rules', () => {
    const jobs = sampleJobs({ 'deploy-canary': { status: 'created', manual: false } });

    expect(routeTo('deploy-prod', jobs)[0]).toBe('play deploy-prod');
  });

  it('leaves out a verification that the pipeline does not have, or that a person has to press', () => {
    const absent = sampleJobs().filter((job) => job.name !== 'verify-deployment');
    const manual = sampleJobs({ 'verify-deployment': { status: 'manual' } });

    expect(routeTo('deploy-prod', absent)).not.toContain('verify verify-deployment');
    expect(routeTo('deploy-prod', manual)).not.toContain('verify verify-deployment');
  });

  it('never presses a job that stops, an optional manual job, or one that nobody needs', () => {
    const steps = routeTo('deploy-prod', sampleJobs());

    expect(steps.filter((step) => /stop-canary|rollback-prod/.test(step))).toEqual([]);
  });

  describe('for jobs without needs', () => {
    const graph = aGraph(
      ['test', 'staging', 'production', 'after'],
      [
        aCiJob({ name: 'unit-tests' }),
        aCiJob({ name: 'load-tests', manual: true }),
        aCiJob({ name: 'deploy-staging', stage: 'staging', environment: starts('staging'), manual: true }),
        aCiJob({
          name: 'stop-staging',
          stage: 'staging',
          environment: { name: 'staging', action: 'stop' },
          manual: true,
        }),
        aCiJob({ name: 'smoke', stage: 'staging', needs: ['deploy-staging'] }),
        aCiJob({ name: 'deploy-prod', stage: 'production', environment: starts('production'), manual: true }),
        aCiJob({ name: 'verify', stage: 'after', environment: { name: 'production', action: 'verify' } }),
      ],
    );
    const jobs = [
      aJob({ id: 1, name: 'unit-tests', status: 'success' }),
      aJob({ id: 2, name: 'load-tests', status: 'manual', allowFailure: true }),
      aJob({ id: 3, name: 'deploy-staging', stage: 'staging', status: 'manual' }),
      aJob({ id: 4, name: 'stop-staging', stage: 'staging', status: 'manual' }),
      aJob({ id: 5, name: 'smoke', stage: 'staging', status: 'created' }),
      aJob({ id: 6, name: 'deploy-prod', stage: 'production', status: 'created', manual: true }),
      aJob({ id: 7, name: 'verify', stage: 'after', status: 'created' }),
    ];

    it('presses the blocking manual jobs of earlier stages only', () => {
      expect(routeTo('deploy-prod', jobs, graph)).toEqual([
        'play deploy-staging',
        'wait smoke',
        'ask deploy-prod',
        'play deploy-prod',
        'verify verify',
      ]);
    });

    it('never presses an optional manual job of an earlier stage that is not reached yet', () => {
      const fresh = jobs.map((job) => ({ ...job, status: 'created' as const }));

      expect(routeTo('deploy-prod', fresh, graph)).not.toContain('play load-tests');
    });

    it('is not blocked by an optional manual job of an earlier stage', () => {
      expect(blockersOf('deploy-staging', jobs, graph)).toEqual({ waiting: [], broken: [] });
    });
  });

  it('orders gates by their needs within one stage', () => {
    const graph = aGraph(
      ['deploy'],
      [
        aCiJob({ name: 'c', stage: 'deploy', needs: ['b'], environment: starts('c'), manual: true }),
        aCiJob({ name: 'b', stage: 'deploy', needs: ['a'], manual: true }),
        aCiJob({ name: 'a', stage: 'deploy', needs: [], manual: true }),
      ],
    );
    const jobs = ['c', 'b', 'a'].map((name, id) => aJob({ id, name, status: 'created' }));

    expect(routeTo('c', jobs, graph)).toEqual(['play a', 'play b', 'play c']);
  });

  it('ends for needs that go round in a circle', () => {
    const graph = aGraph(
      ['deploy'],
      [aCiJob({ name: 'a', needs: ['b'], manual: true }), aCiJob({ name: 'b', needs: ['a'], manual: true })],
    );
    const jobs = [aJob({ id: 1, name: 'a', status: 'created' }), aJob({ id: 2, name: 'b', status: 'created' })];

    expect(routeTo('a', jobs, graph).at(-1)).toBe('play a');
  });
});

describe('findBlockers', () => {
  it('finds nothing in the way at the gate: what is behind it is set going by it', () => {
    expect(blockersOf('deploy-prod', sampleJobs())).toEqual({ waiting: [], broken: [] });
  });

  it.each(['created', 'pending', 'running', 'waiting_for_resource', 'scheduled', 'unknown'] as const)(
    'waits for a prerequisite that is %s',
    (status) => {
      expect(blockersOf('deploy-prod', sampleJobs({ 'unit-tests': { status } }))).toEqual({
        waiting: ['unit-tests'],
        broken: [],
      });
    },
  );

  it.each(['failed', 'canceled', 'skipped'] as const)('is broken by a prerequisite that is %s', (status) => {
    expect(blockersOf('deploy-prod', sampleJobs({ 'unit-tests': { status } })).broken).toEqual(['unit-tests']);
  });

  it('is not broken by a prerequisite that may fail', () => {
    const jobs = sampleJobs({ 'unit-tests': { status: 'failed', allowFailure: true } });

    expect(blockersOf('deploy-prod', jobs)).toEqual({ waiting: [], broken: [] });
  });

  it('is broken by a canary that failed', () => {
    const jobs = sampleJobs({ 'deploy-canary': { status: 'failed' }, 'monitor-canary': { status: 'skipped' } });

    expect(blockersOf('deploy-prod', jobs).broken).toEqual(['deploy-canary', 'monitor-canary']);
  });

  it('is not broken by what is skipped only because nobody pressed the optional gate before it', () => {
    const jobs = sampleJobs({
      'deploy-canary': { status: 'manual', allowFailure: true },
      'monitor-canary': { status: 'skipped' },
    });

    expect(blockersOf('deploy-prod', jobs)).toEqual({ waiting: [], broken: [] });
  });
});

function words(steps: readonly { readonly kind: string; readonly job: string }[]): readonly string[] {
  return steps.map(({ kind, job }) => `${kind} ${job}`);
}

const wait = (job: string) => ({ kind: 'wait', job, environment: undefined }) as const;

describe('insistOnRoute', () => {
  const route = [
    { kind: 'play', job: 'deploy', environment: 'production' },
    { kind: 'verify', job: 'verify', environment: undefined },
    { kind: 'verify', job: 'smoke', environment: undefined },
  ] as const;

  it('runs a finished job again, and does not count what passed after its run before', () => {
    const target = aJob({ name: 'deploy', status: 'failed' });
    const jobs = [target, aJob({ name: 'verify', status: 'success' }), aJob({ name: 'smoke', status: 'skipped' })];

    expect(words(insistOnRoute(route, { target, jobs, waiting: [], pressable: true }))).toEqual([
      'retry deploy',
      'verify smoke',
    ]);
  });

  it('waits for required jobs, which have to pass even where the pipeline lets them fail', () => {
    const target = aJob({ name: 'deploy', status: 'created' });
    const waiting = [aJob({ name: 'build', status: 'running' })];
    const about = { target, jobs: [target], waiting, checks: ['build', 'scan'], pressable: true };

    expect(insistOnRoute(route, about).slice(0, 2)).toEqual([
      { kind: 'wait', job: 'build', environment: undefined, mustPass: true },
      { kind: 'wait', job: 'scan', environment: undefined, mustPass: true },
    ]);
  });

  it('waits for what is on its way, and for a job that starts by itself', () => {
    const target = aJob({ name: 'deploy', status: 'created' });
    const about = { target, jobs: [target], waiting: [aJob({ name: 'build', status: 'running' })] };

    expect(words(insistOnRoute(route, { ...about, pressable: true })).slice(0, 2)).toEqual([
      'wait build',
      'play deploy',
    ]);
    expect(words(insistOnRoute(route, { ...about, pressable: false })).slice(0, 2)).toEqual([
      'wait build',
      'wait deploy',
    ]);
  });
});

describe('hasOnlyAdvanced', () => {
  const play = { kind: 'play', job: 'deploy', environment: 'production' } as const;

  it('lets waits before the first press come to their end, in any order', () => {
    expect(hasOnlyAdvanced([wait('a'), wait('b'), play], [wait('a'), play])).toBe(true);
    expect(hasOnlyAdvanced([wait('a'), wait('b'), play], [play])).toBe(true);
    expect(hasOnlyAdvanced([play], [play])).toBe(true);
  });

  it('sees every other change', () => {
    expect(hasOnlyAdvanced([wait('a'), play], [wait('b'), play])).toBe(false);
    expect(hasOnlyAdvanced([wait('a'), play], [wait('a')])).toBe(false);
    expect(hasOnlyAdvanced([play, wait('a')], [play])).toBe(false);
    expect(hasOnlyAdvanced([play], [wait('a'), play])).toBe(false);
  });
});
