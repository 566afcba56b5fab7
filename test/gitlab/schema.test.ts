import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PayloadError } from '../../src/domain/errors.ts';
import { decodeCiGraph } from '../../src/gitlab/ci-graph.ts';
import { decodeDeployment, decodeJob } from '../../src/gitlab/decode-answer.ts';
import {
  ComparePayload,
  DeploymentPayload,
  EnvironmentPayload,
  JobPayload,
  LintPayload,
  MemberPayload,
  PersonPayload,
  readAs,
} from '../../src/gitlab/schema.ts';

describe('readAs', () => {
  it('names what is wrong and where, and no value', () => {
    const jobs = [{ id: 'glpat-secret', name: 'a' }];
    const read = (): unknown => readAs(z.array(JobPayload), jobs, 'the jobs');

    expect(read).toThrow(PayloadError);
    expect(read).toThrow(/^the jobs is not as expected: \[0\]\.id: .*; \[0\]\.stage: /);
    expect(read).not.toThrow(/glpat-secret/);
  });

  it('drops odd adornments and keeps what decides', () => {
    const job = { id: 1, name: 'a', stage: 'b', status: 'brand_new', duration: 'long', started_at: 7, user: { id: 3 } };

    expect(decodeJob(readAs(JobPayload, job, 'job 1'))).toEqual({
      id: 1,
      name: 'a',
      stage: 'b',
      status: 'unknown',
      allowFailure: false,
    });
  });

  it('takes a user only with a username', () => {
    expect(PersonPayload.parse({ id: 3, name: 'User' })).toBeUndefined();
    expect(PersonPayload.parse(null)).toBeUndefined();
    expect(PersonPayload.parse({ username: 'ann', name: null })).toEqual({ username: 'ann', name: 'ann' });
  });
});

// Optional external test data: answers published by other projects.
const external = path.resolve('../shared/gitlab-data');

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(external, file), 'utf8'));
}

describe.skipIf(!existsSync(external))('schemas on published answers (skipped when that folder is absent)', () => {
  it('reads deployments', () => {
    const [created] = readAs(z.array(DeploymentPayload), read('api-inline/go-gitlab/deployments__L17.json'), 'list');
    const single = readAs(DeploymentPayload, read('docs-examples/deployment-get.json'), 'deployment');

    expect(created && decodeDeployment(created)).toMatchObject({
      id: 41,
      status: 'created',
      jobId: 657,
      pipelineId: 36,
    });
    expect(decodeDeployment(single)).toMatchObject({
      id: 42,
      environment: 'production',
      user: { username: 'root' },
      changedAt: new Date('2016-08-11T11:34:01.123Z'),
    });
  });

  it('reads jobs, environments, comparisons and members', () => {
    const jobs = readAs(z.array(JobPayload), read('api-inline/go-gitlab/jobs__L53.json'), 'jobs').map(decodeJob);

    expect(jobs[0]).toMatchObject({ id: 7, status: 'failed', failureReason: 'script_failure' });
    expect(
      readAs(z.array(EnvironmentPayload), read('api-inline/go-gitlab/environments__L36.json'), 'list'),
    ).toHaveLength(1);
    expect(readAs(ComparePayload, read('api-inline/go-gitlab/repositories__L220.json'), 'it').commits).toHaveLength(1);
    expect(z.array(MemberPayload).parse(read('api-inline/go-gitlab/project_members__L16.json'))).toMatchObject([
      { access_level: 30, state: 'active' },
    ]);
  });

  it.each([
    ['api-inline/go-gitlab/validate__L44.json', 'build1'],
    ['api-inline/go-gitlab/validate__L103.json', 'build'],
  ])('reads the merged configuration of %s', (file, job) => {
    const lint = readAs(LintPayload, read(file), 'lint');

    expect(decodeCiGraph(lint.merged_yaml ?? '').jobs.map((one) => one.name)).toEqual([job]);
  });
});
