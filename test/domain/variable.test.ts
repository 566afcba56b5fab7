import { describe, expect, it } from 'vitest';
import { refusedVariables } from '../../src/domain/variable.ts';

describe('refusedVariables', () => {
  it.each([
    [['LOG_LEVEL'], ['LOG_LEVEL'], 'production', []],
    [['FEATURE_A', 'OTHER'], ['FEATURE_*'], 'staging', ['OTHER']],
    [['LOG_LEVEL'], undefined, 'production', ['LOG_LEVEL']],
    [['LOG_LEVEL'], undefined, 'staging', []],
    [['LOG_LEVEL'], undefined, undefined, []],
    [['LOG_LEVEL'], [], 'staging', ['LOG_LEVEL']],
  ])('of %j with %j allowed on tier %s are %j', (names, allowed, tier, refused) => {
    expect(refusedVariables(names, { allowed, tier })).toEqual(refused);
  });

  it('are always those that GitLab and the bot set, however they are written', () => {
    const names = ['CI_JOB_TOKEN', 'ci_job_token', 'GITLAB_TOKEN', 'CHATOPS_USER'];

    expect(refusedVariables(names, { allowed: ['**', '*'], tier: undefined })).toEqual(names);
  });
});
