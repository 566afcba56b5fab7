import { describe, expect, it } from 'vitest';
import { decidePress, type PlanState } from '../../src/domain/plan.ts';
import { aPlan, at } from '../support/builders.ts';

const expiry = 900;

describe('decidePress', () => {
  it.each<[PlanState, number, string | undefined]>([
    ['open', 0, undefined],
    ['open', expiry - 1, undefined],
    ['open', expiry, 'lapsed'],
    ['open', expiry + 1, 'lapsed'],
    ['claimed', 0, 'already_used'],
    ['claimed', expiry + 1, 'already_used'],
    ['canceled', 0, 'already_used'],
    ['void', 0, 'already_used'],
    ['replaced', 0, 'replaced'],
    ['lapsed', 0, 'lapsed'],
  ])('a plan that is %s, %i seconds in: %s', (state, seconds, refusal) => {
    expect(decidePress(aPlan({ state, expiresAt: at(expiry) }), 'U0ANN', at(seconds))).toBe(refusal);
  });

  it.each(['open', 'claimed', 'replaced', 'lapsed'] as const)(
    'refuses anybody but its owner when it is %s',
    (state) => {
      expect(decidePress(aPlan({ state }), 'U0RAJ', at(0))).toBe('not_owner');
    },
  );

  it('does not know a plan that is gone', () => {
    expect(decidePress(undefined, 'U0ANN', at(0))).toBe('not_found');
  });
});
