import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PayloadError } from '../../src/domain/errors.ts';
import { decodeCiGraph } from '../../src/gitlab/ci-graph.ts';
import { mergeConfiguration, printConfiguration } from '../../src/sandbox/gitlab-server/ci/configuration.ts';

function job(yaml: string, name = 'job') {
  return decodeCiGraph(yaml).jobs.find((one) => one.name === name);
}

describe('decodeCiGraph', () => {
  it('leaves out hidden jobs and global keywords', () => {
    const graph = decodeCiGraph(`
default: { image: alpine }
variables: { A: b }
workflow: { rules: [{ when: always }] }
include: [{ local: a.yml }]
image: { name: alpine }
cache: { paths: [a] }
.hidden: { script: [a] }
pages: { script: [a] }
test: { script: [a] }
`);

    expect(graph.jobs.map((one) => one.name)).toEqual(['pages', 'test']);
  });

  it('knows the default stages and the default stage', () => {
    const graph = decodeCiGraph('job: { script: [a] }');

    expect(graph.stages).toEqual(['.pre', 'build', 'test', 'deploy', '.post']);
    expect(graph.jobs[0]?.stage).toBe('test');
  });

  it('keeps .pre first and .post last', () => {
    expect(decodeCiGraph('stages: [.post, a, b, .pre]').stages).toEqual(['.pre', 'a', 'b', '.post']);
  });

  it.each([
    ['nothing', '', undefined],
    ['an empty list', 'needs: []', []],
    ['names', 'needs: [a, b]', ['a', 'b']],
    ['objects', 'needs: [{ job: a, artifacts: false }, { job: b, optional: true }]', ['a', 'b']],
    ['a matrix instance', 'needs: [{ job: a, parallel: { matrix: [{ X: [1] }] } }]', ['a']],
    ['another project', 'needs: [a, { project: x/y, job: z, ref: main }]', ['a']],
    ['another project alone', 'needs: [{ project: x/y, job: z, ref: main }]', []],
    ['another pipeline', 'needs: [a, { pipeline: $PARENT_PIPELINE_ID, job: z }]', ['a']],
    ['a mirrored pipeline', 'needs: { pipeline: x/y }', undefined],
    ['dependencies, which do not order', 'dependencies: [a]', undefined],
  ])('reads needs: %s', (_, text, needs) => {
    expect(job(`job:\n  script: [a]\n  ${text}`)?.needs).toEqual(needs);
  });

  it.each([
    ['environment: production', { name: 'production', action: 'start' }],
    ['environment: { name: production }', { name: 'production', action: 'start' }],
    ['environment: { name: dev, action: stop }', { name: 'dev', action: 'stop' }],
    ['environment: { name: production, action: verify }', { name: 'production', action: 'verify' }],
    [
      'environment: { name: review/$CI_COMMIT_REF_SLUG, action: something_new }',
      { name: 'review/$CI_COMMIT_REF_SLUG', action: 'start' },
    ],
    ['environment: { url: https://example.com }', undefined],
  ])('reads %s', (text, environment) => {
    expect(job(`job:\n  script: [a]\n  ${text}`)?.environment).toEqual(environment);
  });

  it.each([
    ['when: manual', true],
    ['when: on_success', false],
    ['rules: [{ if: $A, when: never }, { when: manual }]', true],
    ['rules: [[{ when: manual }], { if: $A }]', true],
    ['rules: [{ if: $A }]', false],
  ])('tells whether %s may wait for a person', (text, manual) => {
    expect(job(`job:\n  script: [a]\n  ${text}`)?.manual).toBe(manual);
  });

  it('tells parallel jobs', () => {
    expect(job('job: { script: [a], parallel: 3 }')?.parallel).toBe(true);
    expect(job('job: { script: [a], parallel: { matrix: [{ A: [1, 2] }] } }')?.parallel).toBe(true);
    expect(job('job: { script: [a] }')?.parallel).toBe(false);
  });

  it('reads the symbols that older versions print', () => {
    expect(job('---\n:job:\n  :stage: build\n  :needs:\n  - :job: a\n')).toMatchObject({
      stage: 'build',
      needs: ['a'],
    });
  });

  it('bears many aliases, as a printer that saves repetition writes them', () => {
    const jobs = Array.from({ length: 300 }, (_, n) => `job-${n}: { script: [a], rules: *rules }`).join('\n');

    expect(decodeCiGraph(`job: { script: [a], rules: &rules [{ when: manual }] }\n${jobs}`).jobs).toHaveLength(301);
  });

  it.each(['a: [', 'just text', '[1, 2]', '', '{ a: *missing }'])('refuses %j', (text) => {
    expect(() => decodeCiGraph(text)).toThrow(PayloadError);
  });
});

const example = path.resolve('examples/production-app');

describe.skipIf(!existsSync(example))('decodeCiGraph of the example project', () => {
  // The stand-in for GitLab merges as GitLab does: the file itself has its `extends` unresolved.
  const merged = existsSync(example)
    ? mergeConfiguration(readFileSync(path.join(example, '.gitlab-ci.yml'), 'utf8'), { folder: example, variables: {} })
    : {};
  const graph = decodeCiGraph(printConfiguration(merged));
  const named = (name: string) => graph.jobs.find((one) => one.name === name);

  it('finds the way to production', () => {
    expect(named('deploy-prod')).toMatchObject({
      stage: 'deploy-prod',
      manual: true,
      environment: { name: 'production', action: 'start' },
    });
    expect(named('deploy-prod')?.needs).toEqual(expect.arrayContaining(['deploy-canary', 'monitor-canary']));
  });

  it('tells what stops, prepares and verifies an environment from what deploys it', () => {
    expect(named('stop-dev')?.environment).toEqual({ name: 'development', action: 'stop' });
    expect(named('rollback-prod')?.environment?.action).not.toBe('start');
    expect(graph.jobs.some((one) => one.name.startsWith('.'))).toBe(false);
  });
});
