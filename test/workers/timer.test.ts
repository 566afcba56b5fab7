import { describe, expect, it } from 'vitest';
import { startTimer } from '../../src/workers/timer.ts';
import { until } from '../support/until.ts';
import { aLog } from './log.ts';

describe('startTimer', () => {
  it('runs at once and again after each pause, whose length it asks for anew', async () => {
    let runs = 0;
    let asked = 0;
    const timer = startTimer('poll', () => (asked += 1), { work: async () => void (runs += 1), log: aLog().log });

    await until('three runs', () => runs >= 3);
    await timer.stop();

    expect(asked).toBeGreaterThanOrEqual(2);
  });

  it('logs a run that throws and goes on', async () => {
    const { log, lines } = aLog();
    let runs = 0;
    const work = async (): Promise<void> => {
      runs += 1;
      if (runs === 1) throw new Error('no answer');
    };
    const timer = startTimer('poll', () => 1, { work, log });

    await until('another run', () => runs >= 2);
    await timer.stop();

    expect(lines).toMatchObject([{ level: 'error', fields: { worker: 'poll', err: { message: 'no answer' } } }]);
  });

  it('stops after the run under way, and starts no other', async () => {
    const gate = Promise.withResolvers<void>();
    let ended = false;
    let runs = 0;
    const work = async (): Promise<void> => {
      runs += 1;
      await gate.promise;
      ended = true;
    };
    const timer = startTimer('poll', () => 0, { work, log: aLog().log });

    const stopped = timer.stop();
    gate.resolve();
    await stopped;

    expect({ ended, runs }).toEqual({ ended: true, runs: 1 });
  });

  it('never waits for its pause when it is stopped', async () => {
    let runs = 0;
    const timer = startTimer('sweep', () => 3_600_000, { work: async () => void (runs += 1), log: aLog().log });
    await until('the first run', () => runs === 1);

    await timer.stop();

    expect(runs).toBe(1);
  });
});
