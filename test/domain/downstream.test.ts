import { describe, expect, it } from 'vitest';
import { evolvePipeline, isChild } from '../../src/domain/pipeline.ts';
import { decideDownstreamNotices, evolveBranch, followsRef } from '../../src/domain/thread.ts';
import {
  aBranchPipeline,
  aJob,
  aPipeline,
  at,
  deploymentChanged,
  jobChanged,
  observed,
  project,
} from '../support/builders.ts';

const upstream = { project, pipelineId: 811 };
const rule = { id: 'C1', notify: ['failed'], broadcast: 'failures', mention: 'none', default: false } as const;

describe('what made a pipeline', () => {
  it('is kept when a later source does not say it, with the name of the trigger job', () => {
    const named = evolvePipeline(undefined, observed({ upstream: { ...upstream, jobName: 'deploy-eu' } }, []), at(1));
    const polled = evolvePipeline(named, observed({ status: 'failed' }, [], { observedAt: at(2) }), at(3));
    const hooked = evolvePipeline(polled, observed({ status: 'failed', upstream }, []), at(4));

    expect(hooked).toMatchObject({ status: 'failed', upstream: { pipelineId: 811, jobName: 'deploy-eu' } });
  });

  it('is taken from a job, before and after the pipeline is known', () => {
    const first = evolvePipeline(undefined, jobChanged({}, { upstream }), at(1));
    const later = evolvePipeline(aPipeline(), jobChanged({}, { upstream }), at(1));

    expect([first?.upstream, later?.upstream]).toEqual([upstream, upstream]);
  });

  it('makes it a child only within its own project', () => {
    expect(isChild(aPipeline({ upstream }))).toBe(true);
    expect(isChild(aPipeline({ source: 'parent_pipeline' }))).toBe(true);
    expect(isChild(aPipeline({ source: 'pipeline', upstream: { ...upstream, project: { ...project, id: 8 } } }))).toBe(
      false,
    );
  });
});

describe('a deployment', () => {
  it('names the environment of the job that made it, which REST leaves out', () => {
    const held = aPipeline({ jobs: [aJob({ id: 106, name: 'deploy-prod', status: 'manual' })] });

    const next = evolvePipeline(held, deploymentChanged({ jobId: 106, status: 'blocked' }), at(1));

    expect(next?.jobs[0]?.environment).toEqual({ name: 'production', action: 'start', tier: 'production' });
  });
});

describe('evolveBranch', () => {
  it('does not take a child’s success for that of the branch', () => {
    const broken = { ref: 'main', lastPipelineId: 811, brokenByPipelineId: 811 };

    expect(evolveBranch(broken, aBranchPipeline({ status: 'success', upstream }))).toBeUndefined();
  });
});

describe('decideDownstreamNotices', () => {
  it('tells failures, and leaves beginning and success to the root', () => {
    const failed = aPipeline({ upstream, status: 'failed', jobs: [aJob({ status: 'failed' })] });
    const passed = aPipeline({ upstream, status: 'success', jobs: [aJob({ status: 'success' })] });

    const told = [failed, passed, aPipeline({ upstream })].map((after) =>
      decideDownstreamNotices(undefined, after, undefined, at(0)).map(({ kind }) => kind),
    );

    expect(told).toEqual([['job_failed', 'pipeline_failed'], [], []]);
  });
});

describe('followsRef', () => {
  const mergeRequest = { iid: 12, title: 'Basket', url: 'u' };

  it.each([
    ['its branch by name', ['basket'], false],
    ['every ref', ['**'], false],
    ['merge requests', ['refs/merge-requests/**'], true],
    ['merged results only', ['refs/merge-requests/*/merge'], true],
    ['another merge request', ['refs/merge-requests/7/*'], false],
  ])('for a merge request pipeline, by a rule for %s', (_what, refs, expected) => {
    expect(followsRef({ ...rule, refs }, aBranchPipeline({ ref: 'basket', mergeRequest }))).toBe(expected);
  });

  it('knows a merge request by its ref where its name could not be read', () => {
    const pipeline = aBranchPipeline({ ref: 'refs/merge-requests/12/head' });

    expect(followsRef({ ...rule, refs: ['**'] }, pipeline)).toBe(false);
    expect(followsRef({ ...rule, refs: ['refs/merge-requests/*/head'] }, pipeline)).toBe(true);
  });

  it('does not take a merge request from the default branch for the branch', () => {
    expect(followsRef(rule, aBranchPipeline({ mergeRequest }))).toBe(false);
    expect(followsRef(rule, aBranchPipeline())).toBe(true);
  });
});
