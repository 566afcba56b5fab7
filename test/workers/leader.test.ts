import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLeader } from '../../src/workers/leader.ts';
import { aLog } from './log.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function aLease(answers: () => boolean = () => true): {
  taken: number;
  readonly lease: Parameters<typeof startLeader>[0]['lease'];
} {
  const counted = {
    taken: 0,
    lease: {
      async tryAcquire() {
        counted.taken += 1;
        return answers()
          ? ({ held: true } as const)
          : ({ held: false, holder: 'another', holderId: 'another', expiresAt: new Date(0) } as const);
      },
      evict: async () => undefined,
      release: async () => undefined,
    },
  };
  return counted;
}

const rest = { clock: { now: () => new Date() }, isGone: () => false, isShared: false } as const;

describe('startLeader', () => {
  it('renews the lease while what comes before the work takes longer than it lasts', async () => {
    const counted = aLease();
    const { promise, resolve } = Promise.withResolvers<{ stop(): Promise<void> }>();
    const starting = startLeader({ ...rest, log: aLog().log, lease: counted.lease, lead: () => promise });

    await vi.advanceTimersByTimeAsync(14_000);
    const renewed = counted.taken - 1;
    resolve({ stop: async () => undefined });
    await (await starting).stop();

    expect(renewed).toBe(4);
  });

  it('says once for whom it waits, and looks twice a second', async () => {
    let isHeld = false;
    const counted = aLease(() => isHeld);
    const { log, lines } = aLog();
    const starting = startLeader({ ...rest, log, lease: counted.lease, lead: async () => ({ stop: async () => {} }) });

    await vi.advanceTimersByTimeAsync(5_000);
    isHeld = true;
    await vi.advanceTimersByTimeAsync(500);
    await (await starting).stop();

    expect(counted.taken).toBe(12);
    expect(lines.filter(({ message }) => message.includes('waiting for another process'))).toHaveLength(1);
  });

  it('stops the work that it began after the lease was lost', async () => {
    let isHeld = true;
    let stops = 0;
    const counted = aLease(() => isHeld);
    const { promise, resolve } = Promise.withResolvers<{ stop(): Promise<void> }>();
    const starting = startLeader({ ...rest, log: aLog().log, lease: counted.lease, lead: () => promise });
    await vi.advanceTimersByTimeAsync(1_000);
    isHeld = false;
    await vi.advanceTimersByTimeAsync(3_000);
    resolve({ stop: async () => void (stops += 1) });
    const leader = await starting;

    await vi.advanceTimersByTimeAsync(3_000);
    const stopped = stops;
    await leader.stop();

    expect(stopped).toBe(1);
  });

  it('renews no more when the work cannot be begun', async () => {
    const counted = aLease();
    const failing = startLeader({
      ...rest,
      log: aLog().log,
      lease: counted.lease,
      lead: () => Promise.reject(new Error('no')),
    });

    await expect(failing).rejects.toThrow('no');
    const before = counted.taken;
    await vi.advanceTimersByTimeAsync(10_000);

    expect(counted.taken).toBe(before);
  });

  it('of a shared store goes on without the lead, and takes it over as soon as it is free', async () => {
    let isHeld = false;
    let isLeading = false;
    const counted = aLease(() => isHeld);
    const lead = async () => {
      isLeading = true;
      return { stop: async () => void (isLeading = false) };
    };
    const leader = await startLeader({ ...rest, isShared: true, log: aLog().log, lease: counted.lease, lead });
    await vi.advanceTimersByTimeAsync(60_000);
    const before = isLeading;

    isHeld = true;
    await vi.advanceTimersByTimeAsync(500);
    const after = isLeading;
    await leader.stop();

    expect([before, after, isLeading]).toEqual([false, true, false]);
  });
});
