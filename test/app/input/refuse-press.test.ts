import { describe, expect, it } from 'vitest';
import { refusePress } from '../../../src/app/input/refuse-press.ts';
import type { PlanRefusal } from '../../../src/domain/plan.ts';
import { aPlan } from '../../support/builders.ts';

describe('a press on a plan that does nothing', () => {
  it.each<[PlanRefusal, string, string]>([
    ['already_used', 'plan_already_used', 'This plan was used already.'],
    ['lapsed', 'plan_lapsed', 'This plan lapsed at '],
    ['replaced', 'plan_replaced', 'You have asked for a newer plan since.'],
  ])('is explained with the line to type again: %s', (reason, code, fact) => {
    const refusal = refusePress(aPlan(), reason, { commandPrefix: 'gl-' });

    expect(refusal).toMatchObject({ code, todo: [{ kind: 'type', line: '/gl-deploy production v1.4.0' }] });
    expect(JSON.stringify(refusal.fact)).toContain(fact);
  });
});
