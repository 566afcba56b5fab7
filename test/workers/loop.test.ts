import { describe, expect, it } from 'vitest';
import { type Loop, startLoop } from '../../src/workers/loop.ts';
import { at } from '../support/builders.ts';
import { until } from '../support/until.ts';
import { aLog } from './log.ts';

const clock = { now: () => at(0) };
const isPressed = (): boolean => false;

function counting(next: (pass: number) => Date | undefined): { readonly loop: Loop; readonly passes: () => number } {
  let passes = 0;
  const loop = startLoop('test', async () => next((passes += 1)), { clock, log: aLog().log, isPressed });
  return { loop, passes: () => passes };
}

describe('startLoop', () => {
  it('passes at once, and again as long as it is due', async () => {
    const { loop, passes } = counting((pass) => (pass < 5 ? at(0) : undefined));

    await until('five passes', () => passes() === 5);
    await loop.stop();

    expect(passes()).toBe(5);
  });

  it('sleeps until it is woken', async () => {
    const { loop, passes } = counting(() => undefined);
    await until('the first pass', () => passes() === 1);

    loop.wake();
    await until('another pass', () => passes() === 2);
    await loop.stop();

    expect(passes()).toBe(2);
  });

  it('wakes by itself when its time has come', async () => {
    const { loop, passes } = counting((pass) => (pass === 1 ? at(0.01) : undefined));

    await until('another pass', () => passes() === 2);
    await loop.stop();

    expect(passes()).toBe(2);
  });

  it('passes again when it was woken during a pass, and never twice at once', async () => {
    const gate = Promise.withResolvers<void>();
    let inside = 0;
    let most = 0;
    let passes = 0;
    const loop = startLoop(
      'test',
      async () => {
        passes += 1;
        most = Math.max(most, (inside += 1));
        if (passes === 1) await gate.promise;
        inside -= 1;
        return undefined;
      },
      { clock, log: aLog().log, isPressed },
    );

    loop.wake();
    loop.wake();
    gate.resolve();
    await until('another pass', () => passes === 2);
    await loop.stop();

    expect(most).toBe(1);
  });

  it('logs a pass that throws and goes on', async () => {
    const { log, lines } = aLog();
    let passes = 0;
    const loop = startLoop(
      'inbox',
      async () => {
        passes += 1;
        if (passes === 1) throw new Error('disk full');
        return undefined;
      },
      { clock, log, isPressed },
    );
    await until('the first pass', () => passes === 1);

    loop.wake();
    await until('another pass', () => passes === 2);
    await loop.stop();

    expect(lines).toMatchObject([{ level: 'error', fields: { worker: 'inbox', err: { message: 'disk full' } } }]);
  });

  it('stops only after the pass under way, and begins no other', async () => {
    const gate = Promise.withResolvers<void>();
    let passes = 0;
    const loop = startLoop(
      'test',
      async () => {
        passes += 1;
        await gate.promise;
        return at(0);
      },
      { clock, log: aLog().log, isPressed },
    );

    const stopped = loop.stop();
    loop.wake();
    gate.resolve();
    await stopped;

    expect(passes).toBe(1);
  });
});
