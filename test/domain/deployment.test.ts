import { describe, expect, it } from 'vitest';
import { decodeDeploymentStatus, deploymentProgress } from '../../src/domain/deployment.ts';

describe('decodeDeploymentStatus', () => {
  it('keeps what GitLab says and shows a new word as unknown', () => {
    expect(decodeDeploymentStatus('blocked')).toBe('blocked');
    expect(decodeDeploymentStatus('approved')).toBe('unknown');
  });
});

describe('deploymentProgress', () => {
  it.each([
    [['unknown', 'created', 'blocked'], 0],
    [['running'], 1],
    [['success', 'failed', 'canceled', 'skipped'], 2],
  ] as const)('%s: %i', (statuses, far) => {
    expect(statuses.map(deploymentProgress)).toEqual(statuses.map(() => far));
  });
});
