import { describe, expect, it } from 'vitest';
import { createCommandRate, inputsPerMinute } from '../../../src/app/input/command-rate.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 2, 1, 12, 0, second));

function busyRate() {
  const rate = createCommandRate();
  for (let n = 0; n < inputsPerMinute; n += 1) rate.take('U0ANN', at(n));
  return rate;
}

describe('createCommandRate', () => {
  it('lets a person ask for as much as fits into a minute, over and over', () => {
    const rate = createCommandRate();
    const verdicts = Array.from({ length: 100 }, (_, n) => rate.take('U0ANN', at(n * 3)).kind);

    expect(new Set(verdicts)).toEqual(new Set(['ok']));
  });

  it('tells what is too much once, with the moment when it goes on, and leaves the rest unanswered', () => {
    const rate = busyRate();

    expect(rate.take('U0ANN', at(30))).toEqual({ kind: 'tell', until: at(60) });
    expect(rate.take('U0ANN', at(31))).toEqual({ kind: 'drop', until: at(60) });
    expect(rate.take('U0ANN', at(59)).kind).toBe('drop');
    expect(rate.take('U0ANN', at(60)).kind).toBe('ok');
  });

  it('tells it anew when it happens again', () => {
    const rate = busyRate();
    rate.take('U0ANN', at(30));
    rate.take('U0ANN', at(60));

    expect(rate.take('U0ANN', at(60))).toEqual({ kind: 'tell', until: at(61) });
  });

  it('asks nobody to wait for others', () => {
    expect(busyRate().take('U0RAJ', at(30)).kind).toBe('ok');
  });

  it('forgets who is quiet, and nobody who is not', () => {
    const rate = busyRate();
    for (let n = 0; n < 2_000; n += 1) rate.take(`U${n}`, at(30));

    expect(rate.take('U0ANN', at(30)).kind).toBe('tell');
  });
});
