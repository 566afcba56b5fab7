import { describe, expect, it } from 'vitest';
import { jobKind } from '../../src/domain/job-kind.ts';

describe('jobKind', () => {
  it.each([
    ['unit-tests', 'test', 'test'],
    ['rspec 1/3', 'build', 'test'],
    ['check', 'test', 'test'],
    ['trivy-scan', 'security', 'scanner'],
    ['semgrep-sast', 'test', 'scanner'],
    ['gemnasium', 'security', 'scanner'],
    ['lint', 'validate', 'other'],
    ['latest', 'package', 'other'],
    ['deploy-prod', 'deploy-prod', 'other'],
    ['verify-deployment', 'verify', 'test'],
    ['rollback-prod', 'verify', 'other'],
    ['cleanup-canary', 'verify', 'other'],
  ] as const)('takes %s of the stage %s for %s', (name, stage, kind) => {
    expect(jobKind({ name, stage })).toBe(kind);
  });
});
