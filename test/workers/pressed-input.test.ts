import { describe, expect, it } from 'vitest';
import { createPressedInput } from '../../src/workers/pressed-input.ts';
import { at } from '../support/builders.ts';

const row = { key: 'k', source: 'gitlab', body: '{}', receivedAt: at(0) } as const;

describe('createPressedInput', () => {
  it('is pressed just after input came, and hands it on', async () => {
    let now = 1_000;
    const taken: string[] = [];
    const input = createPressedInput(
      async ({ key }) => taken.push(key) > 0,
      () => now,
    );

    const before = input.isPressed();
    const isNew = await input.acceptInput(row);
    now += 19;
    const during = input.isPressed();
    now += 1;

    expect([before, isNew, during, input.isPressed()]).toEqual([false, true, true, false]);
    expect(taken).toEqual(['k']);
  });
});
