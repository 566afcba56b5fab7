import { describe, expect, it } from 'vitest';
import { cancelOwn } from '../../../src/app/operations/cancel-own.ts';
import type { Tables } from '../../../src/app/store-ports.ts';
import { aContext } from '../../commands/context.ts';
import { aPlan, at } from '../../support/builders.ts';

describe('/chatops cancel', () => {
  it('is told when the plan was pressed in the same second', async () => {
    const tables = {
      plans: { openOf: async () => [aPlan()], close: async () => false },
      operations: { allActive: async () => [] },
    } as unknown as Tables;

    const result = await cancelOwn([], aContext({ context: { tables } }));
    const acted = result.kind === 'act' ? await result.apply(tables, at(1)) : undefined;

    expect(acted).toMatchObject({ kind: 'refused', refusal: { code: 'cancel_too_late' } });
  });
});
