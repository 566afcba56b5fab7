import { describe, expect, it } from 'vitest';
import { awaitableChecks, decideGates, firstRefusal, type GateFacts, type GateName } from '../../src/domain/gates.ts';
import { aCiJob, aDeployment, aGraph, aJob, ann, at, project, release, sha } from '../support/builders.ts';

const raj = { slackUserId: 'U0RAJ', gitlab: { id: 4, username: 'raj', name: 'Raj Patel' } } as const;
const lock = { id: 'l', project, environment: 'production', holder: raj, reason: 'x', since: at(0), channel: 'C1' };
const ours = { source: 'settings', from: at(0), to: at(100) } as const;
const gitlabs = { source: 'gitlab', from: at(0), to: at(50) } as const;

function facts(change: Partial<GateFacts> = {}): GateFacts {
  return {
    deed: 'deploy',
    actor: ann,
    environment: 'production',
    release,
    rules: { after: [], requires: [] },
    locks: [],
    freezes: [],
    jobs: [],
    earlier: new Map(),
    now: at(10),
    ...change,
  };
}

function told(gate: GateName, change: Partial<GateFacts>): string {
  const found = decideGates(facts(change)).find((each) => each.gate === gate);
  if (!found || found.answer === 'pass') return 'pass';
  return found.answer === 'exempt' ? `exempt by ${found.because}` : found.refusal.reason;
}

describe('decideGates', () => {
  it('asks every gate in order and passes where nothing is said', () => {
    const answers = decideGates(facts());

    expect(answers.map(({ gate, answer }) => `${gate} ${answer}`)).toEqual([
      'lock pass',
      'freeze pass',
      'versions pass',
      'after pass',
      'requires pass',
    ]);
    expect(firstRefusal(answers)).toBeUndefined();
  });

  it('refuses by the first closed gate', () => {
    const answers = decideGates(facts({ locks: [lock], freezes: [ours] }));

    expect(firstRefusal(answers)).toEqual({ reason: 'locked', lock });
  });

  it.each([
    ['deploy', [ours], 'frozen'],
    ['override', [ours], 'exempt by override'],
    ['override', [ours, gitlabs], 'frozen'],
    ['rollback', [ours, gitlabs], 'exempt by rollback'],
    ['deploy', [{ ...ours, to: at(10) }], 'pass'],
    ['deploy', [{ ...ours, from: at(11) }], 'pass'],
  ] as const)('freeze: %s, %j', (deed, freezes, expected) => {
    expect(told('freeze', { deed, freezes })).toBe(expected);
  });

  it.each([
    ['deploy', raj, 'pass'],
    ['deploy', ann, 'locked'],
    ['override', ann, 'locked'],
    ['rollback', ann, 'exempt by rollback'],
  ] as const)('lock of Raj: %s by %j', (deed, actor, expected) => {
    expect(told('lock', { deed, actor, locks: [lock] })).toBe(expected);
  });

  it.each([
    ['^v\\d+\\.\\d+\\.\\d+$', 'deploy', 'pass'],
    ['^release-', 'deploy', 'version_not_allowed'],
    ['^release-', 'override', 'version_not_allowed'],
    ['^release-', 'rollback', 'exempt by rollback'],
  ] as const)('versions %s: %s', (versions, deed, expected) => {
    expect(told('versions', { deed, rules: { versions, after: [], requires: [] } })).toBe(expected);
  });

  const success = aDeployment({ id: 1, environment: 'staging' });
  const failure = aDeployment({ id: 2, environment: 'staging', status: 'failed' });
  const other = aDeployment({ id: 3, environment: 'staging', sha: 'b'.repeat(40) });
  it.each([
    ['never there', [], 'deploy', 'not_deployed_before'],
    ['only another commit there', [other], 'deploy', 'not_deployed_before'],
    ['only on its way there', [{ ...success, status: 'running' }], 'deploy', 'not_deployed_before'],
    ['it succeeded there', [success], 'deploy', 'pass'],
    ['it succeeded there, another failed later', [success, { ...other, status: 'failed' }], 'deploy', 'pass'],
    ['it failed there later', [success, failure], 'deploy', 'failed_before'],
    ['it failed and succeeded later', [{ ...failure, id: 0 }, success], 'deploy', 'pass'],
    ['never there', [], 'override', 'exempt by override'],
    ['never there', [], 'rollback', 'exempt by rollback'],
  ] as const)('after staging: %s, %s by %s', (_name, deployments, deed, expected) => {
    const earlier = new Map([['staging', { deployments, truncated: false }]]);

    expect(told('after', { deed, earlier, rules: { after: ['staging'], requires: [] } })).toBe(expected);
  });

  it('refuses as not to be known what a history is too long for', () => {
    const earlier = new Map([['staging', { deployments: [success], truncated: true }]]);

    expect(told('after', { earlier, rules: { after: ['staging'], requires: [] } })).toBe('order_unknown');
  });

  it('passes the lock that is released with the deploy, and no other', () => {
    const bots = { ...lock, id: 'bots', holder: 'chatops' } as const;

    expect(told('lock', { locks: [bots], unlocks: 'bots' })).toBe('exempt by unlock');
    expect(told('lock', { locks: [bots, { ...lock, environment: undefined }], unlocks: 'bots' })).toBe('locked');
  });

  it.each([
    ['missing', [], 'checks_not_passed'],
    ['passed', [aJob({ status: 'success' })], 'pass'],
    ['pending', [aJob({ status: 'pending' })], 'checks_not_passed'],
    ['not pressed', [aJob({ status: 'manual' })], 'checks_not_passed'],
    ['failed, though it may', [aJob({ status: 'failed', allowFailure: true })], 'checks_not_passed'],
    ['newer failed', [aJob({ status: 'success' }), aJob({ id: 200, status: 'failed' })], 'checks_not_passed'],
    ['newer passed', [aJob({ id: 200, status: 'success' }), aJob({ status: 'failed' })], 'pass'],
  ] as const)('requires unit-tests: %s', (_name, jobs, expected) => {
    const rules = { after: [], requires: ['unit-tests'] };

    expect(told('requires', { jobs, rules })).toBe(expected);
    expect(told('requires', { jobs, rules, deed: 'override' })).toBe(expected);
  });

  it('says which checks are missing, which still run and which failed', () => {
    const running = aJob({ id: 1, name: 'lint' });
    const failed = aJob({ id: 2, name: 'scan', status: 'failed' });
    const rules = { after: [], requires: ['lint', 'scan', 'unit-tests'] };

    expect(firstRefusal(decideGates(facts({ rules, jobs: [running, failed], release: { ...release, sha } })))).toEqual({
      reason: 'checks_not_passed',
      missing: ['unit-tests'],
      unfinished: [running],
      failed: [failed],
    });
  });

  it.each([
    ['each instance of a parallel job', ['tests 1/2', 'tests 2/2'], 'pass'],
    ['each variant of a matrix', ['tests: [linux, 24]', 'tests: [mac, 24]'], 'pass'],
    ['no job whose name only begins alike', ['tests-slow', 'tests 1'], 'checks_not_passed'],
  ])('requires: a name means %s', (_what, names, expected) => {
    const jobs = names.map((name, id) => aJob({ id, name, status: 'success' }));
    const rules = { after: [], requires: ['tests'] };

    expect(told('requires', { rules, jobs })).toBe(expected);
  });

  it('requires: one instance that failed closes the gate, its newer run opens it', () => {
    const rules = { after: [], requires: ['tests'] };
    const jobs = [
      aJob({ id: 1, name: 'tests 1/2', status: 'success' }),
      aJob({ id: 2, name: 'tests 2/2', status: 'failed', allowFailure: true }),
    ];

    expect(told('requires', { rules, jobs })).toBe('checks_not_passed');
    expect(told('requires', { rules, jobs: [...jobs, aJob({ id: 3, name: 'tests 2/2', status: 'success' })] })).toBe(
      'pass',
    );
  });
});

describe('awaitableChecks', () => {
  const graph = aGraph(
    ['test', 'canary'],
    [
      aCiJob({ name: 'unit-tests', stage: 'test' }),
      aCiJob({ name: 'scan', stage: 'test' }),
      aCiJob({ name: 'canary', stage: 'canary' }),
      aCiJob({ name: 'watch', stage: 'canary', needs: ['canary'] }),
    ],
  );
  const route = [{ kind: 'play', job: 'canary', environment: undefined }] as const;

  it('are required jobs on their way, and not those behind a job that the route presses', () => {
    const jobs = [
      aJob({ name: 'unit-tests', status: 'running' }),
      aJob({ name: 'scan', status: 'failed' }),
      aJob({ name: 'watch', status: 'created' }),
    ];

    expect(awaitableChecks(['unit-tests', 'scan', 'watch', 'gone'], { jobs, graph, route })).toEqual(['unit-tests']);
    expect(told('requires', { jobs, rules: { after: [], requires: ['unit-tests'] }, awaited: ['unit-tests'] })).toBe(
      'pass',
    );
  });
});
