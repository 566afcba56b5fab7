import { describe, expect, it } from 'vitest';
import { noWay } from '../../../src/app/rollback/refuse-rollback.ts';
import { plainText } from '../../../src/domain/phrase.ts';
import { app } from '../../commands/context.ts';
import { aJob, project } from '../../support/builders.ts';

const request = {
  project: { rules: app, ref: project },
  environment: { name: 'production', known: undefined },
  version: undefined,
  reason: undefined,
  abort: false,
  from: undefined,
};

describe('noWay', () => {
  it.each([
    ['job_gone', 'rollback_job_gone', 'is not in its pipeline any more'],
    ['job_busy', 'job_running', 'Its job deploy-prod is running already'],
    ['no_rollback_job', 'no_rollback_job', 'has no rollback job for production'],
  ] as const)('explains %s', (why, code, fact) => {
    const refusal = noWay({ kind: 'none', why, job: aJob({ name: 'deploy-prod' }) }, request);

    expect(refusal.code).toBe(code);
    expect(plainText(refusal.fact)).toContain(fact);
    expect(refusal.todo).toHaveLength(1);
  });
});
