import { describe, expect, it } from 'vitest';
import { environmentsBehind, environmentsOfNew } from '../../src/domain/consequence.ts';
import type { JobStatus } from '../../src/domain/job.ts';
import type { CiGraph, CiJob } from '../../src/domain/release.ts';
import { aJob } from '../support/builders.ts';

function ciJob(name: string, change: Partial<CiJob> & { to?: string } = {}): CiJob {
  const { to, ...rest } = change;
  const environment = to === undefined ? undefined : ({ name: to, action: 'start' } as const);
  return { name, stage: 'test', needs: undefined, manual: false, parallel: false, environment, ...rest };
}

const graph: CiGraph = {
  stages: ['test', 'dev', 'gate', 'prod'],
  jobs: [
    ciJob('unit-tests'),
    ciJob('deploy-dev', { stage: 'dev', to: 'development' }),
    ciJob('deploy-review', { stage: 'dev', needs: ['unit-tests'], to: 'review' }),
    ciJob('lint', { stage: 'dev', needs: [] }),
    ciJob('approve', { stage: 'gate', manual: true }),
    ciJob('deploy-prod', { stage: 'prod', to: 'production' }),
    ciJob('verify', { stage: 'prod', needs: ['deploy-prod'] }),
  ],
};

function jobs(statuses: Readonly<Record<string, JobStatus>>, optional: readonly string[] = []) {
  return graph.jobs.map(({ name }, id) =>
    aJob({ id, name, status: statuses[name] ?? 'created', allowFailure: optional.includes(name) }),
  );
}

const planned = (manual: readonly string[], allowFailure = false) =>
  graph.jobs.map(({ name }) => ({ name, manual: manual.includes(name), allowFailure }));

describe('environmentsBehind', () => {
  it('names what deploys by itself once a failed job passes, up to the next manual job', () => {
    const seen = jobs({ 'unit-tests': 'failed', 'deploy-dev': 'skipped', 'deploy-review': 'skipped' });

    expect(environmentsBehind(graph, ['unit-tests'], seen)).toEqual(['development', 'review']);
  });

  it('goes past a manual job that may be left out, and past the one that is pressed', () => {
    const seen = { 'unit-tests': 'success', 'deploy-dev': 'success', 'deploy-review': 'success' } as const;

    expect(environmentsBehind(graph, ['approve'], jobs({ ...seen, approve: 'manual' }))).toEqual(['production']);
    expect(environmentsBehind(graph, ['deploy-dev'], jobs({ ...seen, approve: 'manual' }))).toEqual([]);
    expect(environmentsBehind(graph, ['deploy-dev'], jobs({ ...seen, approve: 'manual' }, ['approve']))).toEqual([
      'production',
    ]);
  });

  it('names nothing behind a job that nothing waits for, nor what has run already', () => {
    const done = jobs({ 'deploy-dev': 'success', 'deploy-review': 'success', 'deploy-prod': 'success' });

    expect(environmentsBehind(graph, ['verify'], jobs({}))).toEqual([]);
    expect(environmentsBehind(graph, ['unit-tests'], done)).toEqual([]);
  });
});

describe('environmentsOfNew', () => {
  it('names what a new pipeline deploys by itself, as GitLab tries it out', () => {
    expect(environmentsOfNew(graph, planned(['approve']))).toEqual(['development', 'review']);
    expect(environmentsOfNew(graph, planned(['approve'], true))).toEqual(['development', 'review', 'production']);
    expect(environmentsOfNew(graph, planned(['deploy-dev', 'deploy-review', 'deploy-prod']))).toEqual([]);
    expect(environmentsOfNew(graph, [{ name: 'unit-tests', manual: false, allowFailure: false }])).toEqual([]);
  });

  it('takes the worst for true where GitLab does not tell', () => {
    expect(environmentsOfNew(graph, undefined)).toEqual(['development', 'review', 'production']);
  });
});
