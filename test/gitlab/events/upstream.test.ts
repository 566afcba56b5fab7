import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { decodeDelivery } from '../../../src/gitlab/decode-delivery.ts';

/** As in the pipeline and job events of GitLab's documentation. */
const source = {
  project: {
    id: 41,
    web_url: 'https://gitlab.example.com/gitlab-org/upstream-project',
    path_with_namespace: 'gitlab-org/upstream-project',
  },
  job_id: 3401,
  pipeline_id: 30,
};

const upstream = {
  project: {
    id: 41,
    path: 'gitlab-org/upstream-project',
    url: 'https://gitlab.example.com/gitlab-org/upstream-project',
    defaultBranch: undefined,
  },
  pipelineId: 30,
};

function decode(fixture: string, change: Readonly<Record<string, unknown>>): DomainEvent {
  const file = path.join(import.meta.dirname, '../../fixtures/gitlab', `${fixture}.json`);
  const payload = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const decoded = decodeDelivery(JSON.stringify({ ...payload, ...change }));
  if (decoded.kind !== 'event') throw new Error(JSON.stringify(decoded));
  return decoded.event;
}

describe('source_pipeline', () => {
  it('says what triggered the pipeline of a pipeline hook', () => {
    expect(decode('pipeline/branch-failed', { source_pipeline: source })).toMatchObject({ pipeline: { upstream } });
  });

  it('says it in a job hook', () => {
    expect(decode('job/failed', { source_pipeline: source })).toMatchObject({ upstream });
  });

  it.each([
    ['absent', {}],
    ['null', { source_pipeline: null }],
    ['of a shape we do not know', { source_pipeline: { pipeline_id: 'thirty' } }],
  ])('is nothing where it is %s, and the event stands', (_what, change) => {
    expect(decode('pipeline/branch-failed', change)).toMatchObject({
      pipeline: { id: expect.any(Number), upstream: undefined },
    });
    expect(decode('job/failed', change)).toMatchObject({ upstream: undefined });
  });
});
