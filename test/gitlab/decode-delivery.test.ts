import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import { decodeDelivery } from '../../src/gitlab/decode-delivery.ts';

const fixtures = path.resolve(import.meta.dirname, '../fixtures/gitlab');

function fixture(name: string): string {
  return readFileSync(path.join(fixtures, `${name}.json`), 'utf8');
}

function decodeEvent<K extends DomainEvent['kind']>(name: string, kind: K): Extract<DomainEvent, { kind: K }> {
  const decoded = decodeDelivery(fixture(name));
  if (decoded.kind !== 'event' || decoded.event.kind !== kind) throw new Error(JSON.stringify(decoded));
  return decoded.event as Extract<DomainEvent, { kind: K }>;
}

const sha = '4f1c2a9b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a';
const project = {
  id: 7,
  path: 'acme/production-app',
  url: 'https://gitlab.example.com/acme/production-app',
  defaultBranch: 'main',
};
const ann = { id: 11, username: 'ann', name: 'Ann Lee' };

describe('decodeDelivery of a pipeline hook', () => {
  it('reads a tag pipeline with its jobs, their environments and what is manual', () => {
    const { pipeline, jobs } = decodeEvent('pipeline/tag-blocked', 'pipeline');

    expect(pipeline).toEqual({
      project,
      id: 901,
      ref: 'v1.4.0',
      tag: true,
      sha,
      status: 'manual',
      source: 'push',
      url: `${project.url}/-/pipelines/901`,
      stages: ['test', 'deploy-canary', 'deploy-prod'],
      createdAt: new Date('2026-03-02T09:00:00Z'),
      user: ann,
      commitTitle: 'Show the basket total',
      commitAuthor: 'Ann Lee',
    });
    expect(jobs.map(({ name, status, manual }) => ({ name, status, manual }))).toEqual([
      { name: 'deploy-prod', status: 'created', manual: true },
      { name: 'deploy-canary', status: 'manual', manual: true },
      { name: 'unit-tests', status: 'success', manual: false },
    ]);
    expect(jobs[0]?.environment).toEqual({ name: 'production', action: 'start', tier: 'production' });
    expect(jobs[0]?.url).toBe(`${project.url}/-/jobs/1003`);
    expect(jobs[2]).toMatchObject({ finishedAt: new Date('2026-03-02T09:01:10Z'), durationSeconds: 60.25 });
  });

  it('never reads the variables of a pipeline', () => {
    expect(JSON.stringify(decodeDelivery(fixture('pipeline/tag-blocked')))).not.toContain('do-not-read-me');
  });

  it('drops the failure reason of a job that did not fail and keeps that of one that did', () => {
    const blocked = decodeEvent('pipeline/tag-blocked', 'pipeline');
    const failed = decodeEvent('pipeline/branch-failed', 'pipeline');

    expect(blocked.jobs.map((job) => job.failureReason)).toEqual([undefined, undefined, undefined]);
    expect(failed.jobs[0]?.failureReason).toBe('script_failure');
  });

  it('reads a failed branch pipeline', () => {
    expect(decodeEvent('pipeline/branch-failed', 'pipeline').pipeline).toMatchObject({
      ref: 'main',
      tag: false,
      status: 'failed',
      finishedAt: new Date('2026-03-02T09:05:00Z'),
      durationSeconds: 290,
    });
  });

  it('reads a merge request pipeline under its source branch', () => {
    expect(decodeEvent('pipeline/merge-request', 'pipeline').pipeline).toMatchObject({
      ref: 'basket-total',
      mergeRequest: { iid: 12, title: 'Show the basket total', url: `${project.url}/-/merge_requests/12` },
    });
  });

  it('reads a stale payload as it is', () => {
    expect(decodeEvent('pipeline/stale-running', 'pipeline')).toMatchObject({
      pipeline: { id: 901, status: 'running' },
      jobs: [{ id: 1001, status: 'running' }],
    });
  });

  it('bears nulls and an unknown status, and builds a missing address', () => {
    const { pipeline, jobs } = decodeEvent('pipeline/nulls', 'pipeline');

    expect(pipeline).toEqual({
      project,
      id: 904,
      ref: 'main',
      tag: false,
      sha,
      status: 'unknown',
      url: `${project.url}/-/pipelines/904`,
      stages: [],
    });
    expect(jobs).toEqual([]);
  });
});

describe('decodeDelivery of a job hook', () => {
  it('reads a job, with the pipeline from pipeline_id and times of two formats', () => {
    expect(decodeEvent('job/success', 'job')).toEqual({
      kind: 'job',
      project,
      pipelineId: 901,
      ref: 'v1.4.0',
      tag: true,
      sha,
      commitTitle: 'Show the basket total',
      commitAuthor: 'Ann Lee',
      job: {
        id: 1003,
        name: 'deploy-prod',
        stage: 'deploy-prod',
        status: 'success',
        allowFailure: false,
        user: ann,
        startedAt: new Date('2026-03-02T09:10:00.500Z'),
        finishedAt: new Date('2026-03-02T09:12:00Z'),
        durationSeconds: 119.5,
        environment: { name: 'production', action: 'start', tier: 'production' },
        url: `${project.url}/-/jobs/1003`,
      },
    });
  });

  it('keeps the reason of a failed job', () => {
    expect(decodeEvent('job/failed', 'job').job).toMatchObject({ status: 'failed', failureReason: 'script_failure' });
  });

  it('bears nulls', () => {
    expect(decodeEvent('job/nulls', 'job')).toMatchObject({
      tag: false,
      job: { status: 'created', allowFailure: false },
    });
  });

  it('takes the project from its repository where an older GitLab names no project', () => {
    expect(decodeEvent('job/without-project', 'job').project).toEqual({
      id: 7,
      path: 'acme/production-app',
      url: 'https://example.com/gitlab/acme/production-app',
    });
  });
});

describe('decodeDelivery of a deployment hook', () => {
  it.each([
    ['deployment/running', 'running', '2026-03-02T09:10:00Z'],
    ['deployment/success', 'success', '2026-03-02T09:12:00Z'],
    ['deployment/failed', 'failed', '2026-03-02T09:12:00Z'],
  ])('reads %s', (name, status, changedAt) => {
    expect(decodeEvent(name, 'deployment')).toEqual({
      kind: 'deployment',
      project,
      deployment: {
        id: 55,
        environment: 'production',
        tier: 'production',
        status,
        jobId: 1003,
        ref: 'v1.4.0',
        sha,
        user: ann,
        externalUrl: 'https://example.com',
        changedAt: new Date(changedAt),
      },
    });
  });

  it('bears nulls, and then knows no whole sha', () => {
    expect(decodeEvent('deployment/nulls', 'deployment').deployment).toEqual({
      id: 55,
      environment: 'production',
      status: 'success',
    });
  });

  it('does not take an approval for a status of the deployment', () => {
    const decoded = decodeDelivery(fixture('deployment/approved'));

    expect(decoded).toMatchObject({
      kind: 'approval_news',
      news: { kind: 'approval', jobId: 1003, project: { id: 7 } },
    });
  });
});

describe('decodeDelivery of anything else', () => {
  it.each([
    ['an unknown kind', '{"object_kind":"emoji"}', { kind: 'ignored', reason: 'unknown_kind' }],
    ['a custom template', fixture('other/template-body'), { kind: 'ignored', reason: 'template_body' }],
    ['a system hook', '{"event_name":"user_create"}', { kind: 'ignored', reason: 'unknown_kind' }],
    ['text', 'hello', { kind: 'malformed', problem: 'body: not JSON' }],
    ['nothing', '', { kind: 'malformed', problem: 'body: not JSON' }],
    ['a list', '[]', { kind: 'malformed', problem: 'body: not an object' }],
    ['null', 'null', { kind: 'malformed', problem: 'body: not an object' }],
    ['an odd kind', '{"object_kind":7}', { kind: 'malformed', problem: 'object_kind: not a string' }],
  ])('tells what %s is', (_, body, expected) => {
    expect(decodeDelivery(body)).toEqual(expected);
  });

  it('reads who pushed which tag, by its commit', () => {
    expect(decodeDelivery(fixture('other/tag-push'))).toEqual({
      kind: 'tag_news',
      news: { kind: 'tag', project, tag: 'v1.4.0', move: 'created', sha, user: { username: 'ann', name: 'ann' } },
    });
  });

  it.each([
    ['created', { after: 'a'.repeat(40) }, { move: 'created', sha }],
    ['moved', { before: 'b'.repeat(40) }, { move: 'moved', sha }],
    ['deleted', { after: '0'.repeat(40), checkout_sha: null }, { move: 'deleted', sha: undefined }],
  ])('reads an annotated tag that was %s', (_, change, expected) => {
    const payload = JSON.parse(fixture('other/tag-push')) as Record<string, unknown>;

    expect(decodeDelivery(JSON.stringify({ ...payload, ...change }))).toMatchObject({ news: expected });
  });

  it('reads a release, and leaves out one of an action that it does not know', () => {
    const hook = {
      object_kind: 'release',
      action: 'create',
      tag: 'v1.4.0',
      name: 'Summer',
      description: null,
      released_at: '2026-03-02 09:00:00 UTC',
      url: `${project.url}/-/releases/v1.4.0`,
      project: { id: 7, path_with_namespace: project.path, web_url: project.url, default_branch: 'main' },
      commit: { id: sha },
    };

    expect(decodeDelivery(JSON.stringify(hook))).toEqual({
      kind: 'tag_news',
      news: {
        kind: 'release',
        project,
        tag: 'v1.4.0',
        change: 'created',
        sha,
        name: 'Summer',
        url: hook.url,
        releasedAt: new Date('2026-03-02T09:00:00Z'),
      },
    });
    expect(decodeDelivery(JSON.stringify({ ...hook, action: 'publish' }))).toMatchObject({ kind: 'ignored' });
  });

  it('names the path of what is wrong, and no value', () => {
    const body = fixture('pipeline/tag-blocked').replace('"id": 1002', '"id": "secret"');

    const decoded = decodeDelivery(body);

    expect(decoded).toMatchObject({ kind: 'malformed' });
    expect(JSON.stringify(decoded)).toContain('builds[1].id');
    expect(JSON.stringify(decoded)).not.toContain('secret');
  });
});

// Optional external test data: payloads published by other projects.
const external = path.resolve('../shared/gitlab-data');
const found = existsSync(external);

describe.skipIf(!found)('decodeDelivery of published payloads (skipped when that folder is absent)', () => {
  const files = found
    ? globSync(['webhooks/**/*.json', 'docs-examples/{job,deployment}-hook.json'], { cwd: external }).toSorted()
    : [];

  it('has payloads to read', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  it.each(files)('reads or refuses %s', (file) => {
    const body = readFileSync(path.join(external, file), 'utf8');
    const kind = (JSON.parse(body) as { object_kind?: string }).object_kind;

    const decoded = decodeDelivery(body);

    const ours = kind === 'pipeline' || kind === 'build' || kind === 'deployment';
    const ofTags = kind === 'tag_push' || kind === 'release';
    expect(decoded.kind).toBe(ours ? 'event' : ofTags ? 'tag_news' : 'ignored');
  });
});
