import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  ConfigurationError,
  mergeConfiguration,
  printConfiguration,
} from '../../../src/sandbox/gitlab-server/ci/configuration.ts';
import { FilteredError, planPipeline } from '../../../src/sandbox/gitlab-server/ci/plan.ts';

const folder = path.resolve('examples/production-app');
const example = readFileSync(path.join(folder, '.gitlab-ci.yml'), 'utf8');
const sandbox = { PIPELINE_SANDBOX: 'true', CI_COMMIT_SHORT_SHA: 'abc12345' };
const tag = { ...sandbox, CI_PIPELINE_SOURCE: 'push', CI_COMMIT_TAG: 'v1.4.0', CI_COMMIT_REF_NAME: 'v1.4.0' };
const main = { ...sandbox, CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'main', CI_COMMIT_REF_NAME: 'main' };
const mergeRequest = { ...sandbox, CI_PIPELINE_SOURCE: 'merge_request_event', CI_COMMIT_REF_NAME: 'basket' };

function plan(text: string, variables: Record<string, string>) {
  return planPipeline(mergeConfiguration(text, { folder, variables }), variables);
}

describe('the example pipeline', () => {
  it.each([
    ['a tag', tag, 26],
    ['main', main, 14],
    ['a merge request', mergeRequest, 14],
  ])('has the expected number of jobs for %s', (_, variables, count) => {
    expect(plan(example, variables).jobs).toHaveLength(count);
  });

  it('has gates and buttons where the bot looks for them', () => {
    const jobs = plan(example, tag).jobs.filter((job) => job.when === 'manual');

    expect(jobs.map((job) => [job.name, job.allowFailure, job.environment?.name, job.environment?.action])).toEqual([
      ['deploy-canary', false, 'production-canary', 'start'],
      ['stop-canary', true, 'production-canary', 'stop'],
      ['deploy-prod', false, 'production', 'start'],
      ['rollback-prod', true, 'production', 'prepare'],
    ]);
  });

  it('names the pipeline and expands addresses', () => {
    const planned = plan(example, tag);

    expect(planned.name).toBe('production-app v1.4.0');
    expect(planned.jobs.find((job) => job.name === 'deploy-prod')?.environment?.url).toBe('https://example.com');
  });

  it('includes the scanners only outside the sandbox', () => {
    expect(mergeConfiguration(example, { folder, variables: {} })).toHaveProperty('container_scanning');
    expect(mergeConfiguration(example, { folder, variables: sandbox })).not.toHaveProperty('container_scanning');
  });

  it('makes no pipeline for a tag that is no version', () => {
    expect(() => plan(example, { ...tag, CI_COMMIT_TAG: 'nightly' })).toThrow(FilteredError);
  });

  it('prints its merged form with hidden jobs and with environments inherited', () => {
    const merged: Record<string, Record<string, unknown>> = parse(
      printConfiguration(mergeConfiguration(example, { folder, variables: sandbox })),
    );

    expect(merged['.deploy']).toBeDefined();
    expect(merged['rollback-prod']?.['environment']).toEqual({ name: 'production', action: 'prepare' });
    expect(merged['include']).toBeUndefined();
  });
});

describe('planPipeline', () => {
  it('refuses a pipeline whose job needs an absent one', () => {
    const broken = 'a: {script: x, rules: [{if: $NO}]}\nb: {script: x, needs: [a]}';

    expect(() => plan(broken, main)).toThrow(
      new ConfigurationError("'b' job needs 'a' job, but 'a' is not in any previous stage"),
    );
  });

  it('drops an optional need that is absent', () => {
    const text = 'a: {script: x, rules: [{if: $NO}]}\nb: {script: x, needs: [{job: a, optional: true}]}';

    expect(plan(text, main).jobs).toMatchObject([{ name: 'b', needs: [] }]);
  });

  it.each([
    ['{script: x, when: manual}', true],
    ['{script: x, when: manual, rules: [{if: $CI_COMMIT_BRANCH}]}', true],
    ['{script: x, rules: [{when: manual}]}', false],
    ['{script: x, rules: [{when: manual, allow_failure: true}]}', true],
    ['{script: x, when: manual, allow_failure: false}', false],
  ])('reads whether a manual job is optional: %s', (job, optional) => {
    expect(plan(`a: ${job}`, main).jobs).toMatchObject([{ when: 'manual', allowFailure: optional }]);
  });

  it('leaves a job without rules out of merge request pipelines', () => {
    expect(
      plan('a: {script: x}\nb: {script: x, rules: [{when: always}]}', mergeRequest).jobs.map((job) => job.name),
    ).toEqual(['b']);
  });

  it('takes the first rule that matches, with its variables', () => {
    const text = `
a:
  script: x
  environment: {name: $TARGET}
  rules:
    - if: $CI_COMMIT_TAG
      variables: {TARGET: production}
    - if: $CI_COMMIT_BRANCH
      variables: {TARGET: staging}`;

    expect(plan(text, main).jobs).toMatchObject([{ environment: { name: 'staging', action: 'start' } }]);
    expect(plan(text, tag).jobs).toMatchObject([{ environment: { name: 'production' } }]);
  });

  it('resolves references and anchors', () => {
    const text = `
.rules: {rules: [{if: $CI_COMMIT_BRANCH, when: manual}]}
.base: &base {stage: deploy}
a:
  <<: *base
  script: x
  rules: [!reference [.rules, rules]]`;

    expect(plan(text, main).jobs).toMatchObject([{ stage: 'deploy', when: 'manual' }]);
  });

  it('refuses a job without script and an unknown environment action', () => {
    expect(() => plan('a: {stage: test}', main)).toThrow(/should implement the script:/);
    expect(() => plan('a: {script: x, environment: {name: p, action: rollback}}', main)).toThrow(/environment:action/);
  });
});
