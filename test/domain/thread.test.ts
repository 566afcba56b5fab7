import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import type { ChannelRule } from '../../src/domain/project.ts';
import {
  type BranchHealth,
  decideNotices,
  evolveBranch,
  followsRef,
  isBroadcast,
  isExcluded,
  type Notice,
  noticeKey,
  opensThread,
  wantsNotice,
} from '../../src/domain/thread.ts';
import { aBranchPipeline, aChannel, aDeployment, aJob, aPipeline, at, project } from '../support/builders.ts';

const always = at(-10_000);
const failedJob = aJob({ status: 'failed', finishedAt: at(30) });
const deployJob = aJob({
  id: 106,
  name: 'deploy-prod',
  status: 'failed',
  finishedAt: at(30),
  environment: { name: 'production', action: 'start', tier: 'production' },
});

function told(before: Pipeline | undefined, after: Pipeline, health?: BranchHealth): readonly Notice[] {
  return decideNotices(before, after, health, always);
}

function kinds(notices: readonly Notice[]): readonly string[] {
  return notices.map((notice) => (notice.kind === 'deployment' ? `deployment ${notice.outcome}` : notice.kind));
}

function health(change: Partial<BranchHealth> = {}): BranchHealth {
  return { ref: 'main', lastPipelineId: 800, brokenByPipelineId: undefined, ...change };
}

describe('decideNotices', () => {
  it('has nothing to tell of the same state', () => {
    const state = aPipeline({ status: 'failed', jobs: [failedJob] });

    expect(told(state, state)).toEqual([]);
  });

  it.each<[string, Pipeline | undefined, Pipeline, readonly string[]]>([
    ['a start', undefined, aPipeline({ status: 'created' }), ['pipeline_started']],
    ['its end in success', aPipeline(), aPipeline({ status: 'success' }), ['pipeline_succeeded']],
    ['a failed job', aPipeline(), aPipeline({ jobs: [failedJob] }), ['job_failed']],
    [
      'its end in failure',
      aPipeline({ jobs: [failedJob] }),
      aPipeline({ status: 'failed', jobs: [failedJob] }),
      ['pipeline_failed'],
    ],
    [
      'job and pipeline failing at once, the job first',
      aPipeline(),
      aPipeline({ status: 'failed', jobs: [failedJob] }),
      ['job_failed', 'pipeline_failed'],
    ],
    [
      'a second failed job alone',
      aPipeline({ jobs: [failedJob] }),
      aPipeline({ jobs: [failedJob, aJob({ id: 102, name: 'e2e-tests', status: 'failed' })] }),
      ['job_failed'],
    ],
    [
      'another failure after a retry',
      aPipeline({ jobs: [{ ...failedJob, id: 140, status: 'running' }] }),
      aPipeline({ jobs: [{ ...failedJob, id: 140 }] }),
      ['job_failed'],
    ],
    ['its being canceled: nothing', aPipeline(), aPipeline({ status: 'canceled' }), []],
    ['its being skipped: nothing', aPipeline(), aPipeline({ status: 'skipped' }), []],
    ['a job that may fail: nothing', aPipeline(), aPipeline({ jobs: [{ ...failedJob, allowFailure: true }] }), []],
    [
      'a finished pipeline that it never saw begin',
      undefined,
      aPipeline({ status: 'success' }),
      ['pipeline_succeeded'],
    ],
    [
      'a gate reached',
      aPipeline(),
      aPipeline({ status: 'manual', jobs: [aJob({ status: 'manual' })] }),
      ['gate_reached'],
    ],
    [
      'the next gate alone',
      aPipeline({ status: 'manual', jobs: [aJob({ status: 'manual' })] }),
      aPipeline({ status: 'manual', jobs: [aJob({ status: 'manual' }), aJob({ id: 9, name: 'b', status: 'manual' })] }),
      ['gate_reached'],
    ],
    [
      'an optional manual job: nothing',
      aPipeline(),
      aPipeline({ status: 'manual', jobs: [aJob({ status: 'manual', allowFailure: true })] }),
      [],
    ],
    [
      'a manual job while the pipeline still runs: nothing',
      aPipeline(),
      aPipeline({ status: 'running', jobs: [aJob({ status: 'manual' })] }),
      [],
    ],
  ])('tells of %s', (_what, before, after, expected) => {
    expect(kinds(told(before, after))).toEqual(expected);
  });

  it.each([
    ['running', ['deployment started']],
    ['success', ['deployment succeeded']],
    ['failed', ['deployment failed']],
    ['canceled', ['deployment canceled']],
    ['created', []],
    ['blocked', []],
    ['skipped', []],
    ['unknown', []],
  ] as const)('tells of a deployment that is %s: %s', (status, expected) => {
    expect(kinds(told(aPipeline(), aPipeline({ deployments: [aDeployment({ status })] })))).toEqual(expected);
  });

  it('does not tell that a deployment was canceled whose job never began', () => {
    const job = aJob({ id: 106, status: 'canceled', environment: { name: 'production', action: 'start' } });
    const before = aPipeline({ deployments: [aDeployment({ jobId: 106, status: 'created' })] });
    const canceled = aDeployment({ jobId: 106, status: 'canceled' });
    const began = { ...job, startedAt: new Date('2026-11-20T10:00:00Z') };

    expect(told(before, { ...before, jobs: [{ ...job, startedAt: undefined }], deployments: [canceled] })).toEqual([]);
    expect(kinds(told(before, { ...before, jobs: [began], deployments: [canceled] }))).toEqual(['deployment canceled']);
  });

  it('does not tell that a deployment started whose job has failed', () => {
    const jobs = [aJob({ id: 106, status: 'failed', environment: { name: 'production', action: 'start' } })];
    const before = aPipeline({ status: 'failed', jobs });

    expect(told(before, { ...before, deployments: [aDeployment({ jobId: 106, status: 'running' })] })).toEqual([]);
  });

  it('tells once of a job that failed with its deployment', () => {
    const jobs = [aJob({ id: 106, status: 'failed', environment: { name: 'production', action: 'start' } })];
    const deployments = [aDeployment({ jobId: 106, status: 'failed' })];

    expect(kinds(told(aPipeline(), aPipeline({ jobs, deployments })))).toEqual(['deployment failed']);
  });

  it('tells of a deployment again only when its outcome changed', () => {
    const running = aPipeline({ deployments: [aDeployment({ status: 'running' })] });
    const again = aPipeline({ ...running, durationSeconds: 4 });
    const done = aPipeline({ deployments: [aDeployment({ status: 'success' })] });

    expect(told(running, again)).toEqual([]);
    expect(kinds(told(running, done))).toEqual(['deployment succeeded']);
  });

  it('names the job that made a deployment', () => {
    const [notice] = told(
      aPipeline(),
      aPipeline({ jobs: [deployJob], deployments: [aDeployment({ status: 'failed' })] }),
    );

    expect(notice).toMatchObject({ kind: 'deployment', job: { name: 'deploy-prod' } });
  });

  it('tells a failed deploy job and its failed deployment as one failure, whichever comes first', () => {
    const jobFirst = aPipeline({ jobs: [deployJob] });
    const both = aPipeline({ jobs: [deployJob], deployments: [aDeployment({ status: 'failed' })] });
    const keys = [...told(aPipeline(), jobFirst), ...told(jobFirst, both), ...told(aPipeline(), both)].map((notice) =>
      noticeKey(notice, both),
    );

    expect(new Set(keys)).toEqual(new Set(['job:106/deployment-failed']));
  });

  it('tells a failed deploy job as a failed deployment before the record of it comes', () => {
    expect(told(aPipeline(), aPipeline({ jobs: [deployJob] }))).toMatchObject([
      {
        kind: 'deployment',
        outcome: 'failed',
        deployment: { environment: 'production', tier: 'production', jobId: 106 },
      },
    ]);
  });

  it('tells a failed verification as a failed job', () => {
    const job = { ...deployJob, environment: { name: 'production', action: 'verify' } } as const;

    expect(kinds(told(aPipeline(), aPipeline({ jobs: [job] })))).toEqual(['job_failed']);
  });

  it('does not tell what ended before, and tells what has no time', () => {
    const after = aPipeline({
      status: 'failed',
      finishedAt: at(31),
      jobs: [failedJob, aJob({ id: 9, name: 'untimed', status: 'failed' })],
      deployments: [aDeployment({ status: 'failed', jobId: undefined, changedAt: at(20) })],
    });

    const notices = decideNotices(aPipeline(), after, undefined, at(31));

    expect(notices).toMatchObject([{ kind: 'job_failed', job: { name: 'untimed' } }, { kind: 'pipeline_failed' }]);
  });

  it('tells an ending again only after a retry ended it anew', () => {
    const done = aPipeline({ status: 'failed', jobs: [failedJob], finishedAt: at(31) });
    const retitled = { ...done, commitTitle: 'x' };
    const again = { ...done, jobs: [{ ...failedJob, id: 140 }], finishedAt: at(60) };
    const [first] = told(aPipeline({ jobs: [failedJob] }), done);
    const second = told(done, again).find((notice) => notice.kind === 'pipeline_failed');

    expect(told(done, retitled)).toEqual([]);
    expect(first && noticeKey(first, done)).toBe('pipeline:812/failed:101');
    expect(second && noticeKey(second, again)).toBe('pipeline:812/failed:140');
  });

  describe('on a branch', () => {
    const failed = aBranchPipeline({ status: 'failed', jobs: [failedJob] });
    const passed = aBranchPipeline({ status: 'success' });
    const running = aBranchPipeline();

    it.each<[string, BranchHealth | undefined, Pipeline, readonly string[]]>([
      ['the failure that breaks it', health(), failed, ['job_failed', 'pipeline_failed']],
      ['the first failure ever', undefined, failed, ['job_failed', 'pipeline_failed']],
      ['a later failure as still failing', health({ brokenByPipelineId: 790 }), failed, ['still_failing']],
      ['the pass that mends it', health({ brokenByPipelineId: 790 }), passed, ['fixed', 'pipeline_succeeded']],
      ['a pass of a good branch', health(), passed, ['pipeline_succeeded']],
      [
        'a retry that mends what this pipeline broke',
        health({ lastPipelineId: 812, brokenByPipelineId: 812 }),
        passed,
        ['fixed', 'pipeline_succeeded'],
      ],
      [
        'a retry that fails again as the failure it is',
        health({ lastPipelineId: 812, brokenByPipelineId: 812 }),
        failed,
        ['job_failed', 'pipeline_failed'],
      ],
      [
        'a late pass of a pipeline that a failed one has overtaken: not as a mend',
        health({ lastPipelineId: 820, brokenByPipelineId: 820 }),
        passed,
        ['pipeline_succeeded'],
      ],
      [
        'a late pass between two failures: not as a mend',
        health({ lastPipelineId: 820, brokenByPipelineId: 790 }),
        passed,
        ['pipeline_succeeded'],
      ],
      [
        'a late failure from before it broke as one of its own',
        health({ lastPipelineId: 820, brokenByPipelineId: 820 }),
        failed,
        ['job_failed', 'pipeline_failed'],
      ],
    ])('tells %s', (_what, before, after, expected) => {
      expect(kinds(told(running, after, before))).toEqual(expected);
    });

    it('tells a failed deployment even while the branch is broken', () => {
      const after = aBranchPipeline({ jobs: [deployJob] });

      expect(kinds(told(running, after, health({ brokenByPipelineId: 790 })))).toEqual(['deployment failed']);
    });

    it.each([
      ['a tag of its name', { tag: true }],
      ['a merge request of it', { mergeRequest: { iid: 1, title: 'Add it', url: 'u' } }],
    ])('says nothing of its health for %s', (_what, change) => {
      const before = health({ brokenByPipelineId: 790 });

      expect(kinds(told(running, { ...passed, ...change }, before))).toEqual(['pipeline_succeeded']);
      expect(kinds(told(running, { ...failed, ...change }, before))).toEqual(['job_failed', 'pipeline_failed']);
    });
  });
});

describe('noticeKey', () => {
  const pipeline = aPipeline();

  it.each<[Notice, string]>([
    [{ kind: 'job_failed', job: failedJob }, 'job:101/failed'],
    [{ kind: 'gate_reached', job: failedJob }, 'job:101/manual'],
    [{ kind: 'pipeline_failed', jobs: [failedJob, deployJob] }, 'pipeline:812/failed:106'],
    [{ kind: 'still_failing', jobs: [] }, 'pipeline:812/failed:0'],
    [{ kind: 'pipeline_started' }, 'pipeline:812/started'],
    [{ kind: 'pipeline_succeeded' }, 'pipeline:812/succeeded'],
    [{ kind: 'fixed' }, 'pipeline:812/fixed'],
    [{ kind: 'deployment', outcome: 'started', deployment: aDeployment() }, 'job:106/deployment-started'],
    [
      { kind: 'deployment', outcome: 'succeeded', deployment: aDeployment({ id: 9, jobId: undefined }) },
      'deployment:9/succeeded',
    ],
  ])('%o', (notice, key) => {
    expect(noticeKey(notice, pipeline)).toBe(key);
  });
});

describe('evolveBranch', () => {
  const broken = health({ brokenByPipelineId: 790 });

  it.each<[string, BranchHealth | undefined, Partial<Pipeline>, BranchHealth | undefined]>([
    ['breaks at a failure', health(), { status: 'failed' }, health({ lastPipelineId: 812, brokenByPipelineId: 812 })],
    [
      'stays broken by the first',
      broken,
      { status: 'failed' },
      health({ lastPipelineId: 812, brokenByPipelineId: 790 }),
    ],
    ['is mended by a pass', broken, { status: 'success' }, health({ lastPipelineId: 812 })],
    ['begins with its first end', undefined, { status: 'success' }, health({ lastPipelineId: 812 })],
    ['ignores a cancellation', broken, { status: 'canceled' }, broken],
    ['ignores what still runs', broken, { status: 'running' }, broken],
    [
      'ignores an older pipeline',
      health({ lastPipelineId: 900 }),
      { status: 'failed' },
      health({ lastPipelineId: 900 }),
    ],
    ['is not of a tag', broken, { status: 'failed', tag: true }, undefined],
    [
      'is not of a merge request',
      broken,
      { status: 'failed', mergeRequest: { iid: 1, title: '', url: '' } },
      undefined,
    ],
  ])('%s', (_what, before, change, after) => {
    expect(evolveBranch(before, aBranchPipeline(change))).toEqual(after);
  });
});

describe('followsRef', () => {
  it.each<[string, readonly string[] | undefined, Partial<Pipeline>, boolean]>([
    ['the default branch', undefined, { ref: 'main', tag: false }, true],
    ['a tag', undefined, { ref: 'v1', tag: true }, true],
    ['another branch: not', undefined, { ref: 'feature/x', tag: false }, false],
    [
      'a merge request from the default branch: not',
      undefined,
      { ref: 'main', tag: false, mergeRequest: { iid: 1, title: '', url: '' } },
      false,
    ],
    [
      'main where the default branch is not known',
      undefined,
      { ref: 'main', tag: false, project: { ...project, defaultBranch: undefined } },
      true,
    ],
    ['what its globs say', ['release/*'], { ref: 'release/1.4', tag: false }, true],
    ['nothing beside its globs', ['release/*'], { ref: 'main', tag: false }, false],
  ])('follows %s', (_what, refs, change, follows) => {
    expect(followsRef(aChannel({ refs }), aPipeline(change))).toBe(follows);
  });
});

function deployment(outcome: 'started' | 'failed'): Notice {
  return { kind: 'deployment', outcome, deployment: aDeployment() };
}

describe('wantsNotice', () => {
  it.each<[Notice, readonly string[]]>([
    [{ kind: 'job_failed', job: failedJob }, ['failed']],
    [{ kind: 'pipeline_failed', jobs: [] }, ['failed']],
    [{ kind: 'still_failing', jobs: [] }, ['failed']],
    [{ kind: 'pipeline_started' }, ['started']],
    [{ kind: 'pipeline_succeeded' }, ['succeeded']],
    [{ kind: 'fixed' }, ['fixed']],
    [{ kind: 'gate_reached', job: failedJob }, ['approval']],
    [deployment('started'), ['deployed']],
    [deployment('failed'), ['deployed', 'failed']],
  ])('%o is asked for by %s', (notice, expected) => {
    const all = ['failed', 'fixed', 'started', 'succeeded', 'deployed', 'approval'] as const;

    const asking = all.filter((kind) => wantsNotice(aChannel({ notify: [kind] }), notice));

    expect(asking.toSorted()).toEqual(expected);
  });

  it.each<[string, Notice, readonly string[], boolean]>([
    ['a deployment to one of its environments', deployment('started'), ['production*'], true],
    ['not one to another', deployment('failed'), ['staging', 'review/*'], false],
    ['a gate of one of them', { kind: 'gate_reached', job: deployJob }, ['production'], true],
    ['not a gate of another', { kind: 'gate_reached', job: deployJob }, ['staging'], false],
    ['a gate of no environment', { kind: 'gate_reached', job: failedJob }, ['staging'], true],
    ['a failed pipeline', { kind: 'pipeline_failed', jobs: [deployJob] }, ['staging'], true],
  ])('with environments, is true of %s', (_what, notice, environments, expected) => {
    expect(wantsNotice(aChannel({ environments }), notice)).toBe(expected);
  });
});

describe('opensThread', () => {
  const branch = { tag: false };
  const automatic = { ...failedJob, status: 'success', manual: false } as const;
  const toStaging = (outcome: 'started' | 'succeeded' | 'canceled' | 'failed'): Notice => ({
    kind: 'deployment',
    outcome,
    deployment: { id: 1, environment: 'staging', status: 'success' },
    job: automatic,
  });
  const inChannel = aChannel({ notify: ['deployed'] });

  it('leaves automatic deployments of a branch below production to threads that are there', () => {
    const outcomes = ['started', 'succeeded', 'canceled', 'failed'] as const;

    const opening = outcomes.filter((outcome) => opensThread(inChannel, toStaging(outcome), branch));

    expect(opening).toEqual(['failed']);
  });

  it.each<[string, Notice, Partial<ChannelRule>, { readonly tag: boolean }]>([
    ['a tag', toStaging('succeeded'), {}, { tag: true }],
    ['a channel that names environments', toStaging('succeeded'), { environments: ['*'] }, branch],
    ['a channel that shows all replies', toStaging('succeeded'), { broadcast: 'all' }, branch],
    ['somebody’s press', { ...toStaging('succeeded'), job: { ...automatic, manual: true } } as Notice, {}, branch],
    [
      'production, whose tier the list of deployments leaves out',
      {
        kind: 'deployment',
        outcome: 'succeeded',
        deployment: { id: 1, environment: 'production', status: 'success' },
        job: automatic,
      },
      {},
      branch,
    ],
  ])('has %s open one', (_, notice, rule, root) => {
    expect(opensThread({ ...inChannel, ...rule }, notice, root)).toBe(true);
  });
});

describe('isBroadcast', () => {
  const failures: readonly Notice[] = [{ kind: 'pipeline_failed', jobs: [] }, { kind: 'fixed' }, deployment('failed')];
  const others: readonly Notice[] = [
    { kind: 'job_failed', job: failedJob },
    { kind: 'still_failing', jobs: [] },
    { kind: 'pipeline_started' },
    { kind: 'pipeline_succeeded' },
    { kind: 'gate_reached', job: failedJob },
    deployment('started'),
  ];

  it.each([
    ['failures', failures],
    ['all', [...failures, ...others]],
    ['none', []],
  ] as const)('with %s, shows what it says and nothing else', (broadcast, expected) => {
    const rule = aChannel({ broadcast });

    expect([...failures, ...others].filter((notice) => isBroadcast(rule, notice))).toEqual(expected);
  });
});

describe('isExcluded', () => {
  const rule = aChannel({ exclude: { sources: ['schedule'], actors: ['Renovate-Bot'] } });
  const bot = { username: 'renovate-bot', name: 'Renovate' };

  it.each<[string, Partial<Pipeline>, boolean]>([
    ['a pipeline of that source', { source: 'schedule' }, true],
    ['one that this user started, however it is written', { source: 'push', user: bot }, true],
    ['no other', { source: 'push', user: { ...bot, username: 'renovate' } }, false],
    ['one that we know by its jobs only', { source: undefined, user: undefined, createdAt: undefined }, true],
    ['none that GitLab does not say the source of', { source: undefined }, false],
  ])('is true of %s', (_what, change, expected) => {
    expect(isExcluded(rule, aPipeline(change))).toBe(expected);
  });

  it('excludes nothing in a channel that does not ask for it', () => {
    expect(isExcluded(aChannel(), aPipeline({ source: 'schedule', user: bot }))).toBe(false);
  });
});
