import { describe, expect, it } from 'vitest';
import { noDeployJob } from '../../../src/app/deploy/refuse-deploy.ts';
import { project, release, someRules } from '../../support/builders.ts';

const request = {
  project: { ref: project, rules: someRules() },
  environment: { name: 'production', known: undefined },
  version: 'v1.4.0',
  job: undefined,
};

describe('a deploy job that cannot be told', () => {
  it.each([
    ['parallel', 'job_parallel', { kind: 'open', label: 'Deploy it in GitLab' }],
    ['variable_in_name', 'job_variable_in_name', { kind: 'say' }],
  ] as const)('is refused with what helps: %s', (reason, code, todo) => {
    expect(noDeployJob(request, release, { kind: 'configure', reason })).toMatchObject({ code, todo: [todo] });
  });
});
