import { describe, expect, it } from 'vitest';
import { roleName } from '../../src/domain/actor.ts';

describe('roleName', () => {
  it.each([
    [0, 'none'],
    [5, 'none'],
    [10, 'guest'],
    [15, 'guest'],
    [20, 'reporter'],
    [25, 'reporter'],
    [30, 'developer'],
    [40, 'maintainer'],
    [50, 'owner'],
    [60, 'owner'],
  ] as const)('%i: %s', (level, role) => {
    expect(roleName(level)).toBe(role);
  });
});
