import { describe, expect, it } from 'vitest';
import { freezeAt, freezeProblem } from '../../src/config/freeze-calendar.ts';

const weekend = { from: '0 16 * * 5', to: '0 8 * * 1', timezone: 'Europe/Paris' };
const holidays = { from: '2026-12-20T00:00', to: '2027-01-04T08:00', timezone: 'Europe/Paris' };

function isFrozen(period: typeof weekend, now: string): boolean {
  return freezeAt(period, new Date(now)) !== undefined;
}

describe('freezeAt', () => {
  // Summer time ends in Paris in the night to Sunday 25 October 2026.
  it.each([
    ['before Friday 16:00, summer time', '2026-10-23T13:59:59Z', false],
    ['at Friday 16:00, summer time', '2026-10-23T14:00:00Z', true],
    ['within that second', '2026-10-23T14:00:00.500Z', true],
    ['before Monday 08:00, winter time', '2026-10-26T06:59:59Z', true],
    ['at Monday 08:00, winter time', '2026-10-26T07:00:00Z', false],
    ['before the next Friday 16:00, winter time', '2026-10-30T14:59:59Z', false],
    ['at the next Friday 16:00, winter time', '2026-10-30T15:00:00Z', true],
    ['before Monday 08:00 after the change in spring', '2027-03-29T05:59:59Z', true],
    ['at Monday 08:00 after the change in spring', '2027-03-29T06:00:00Z', false],
  ])('judges a weekly freeze by the clock of its zone: %s', (_when, now, frozen) => {
    expect(isFrozen(weekend, now)).toBe(frozen);
  });

  it('says when it ends, on the other side of the change', () => {
    expect(freezeAt(weekend, new Date('2026-10-24T12:00:00Z'))).toEqual({
      from: new Date('2026-10-23T14:00:00Z'),
      to: new Date('2026-10-26T07:00:00Z'),
    });
  });

  it.each([
    ['2026-12-19T22:59:59Z', false],
    ['2026-12-19T23:00:00Z', true],
    ['2027-01-04T06:59:59Z', true],
    ['2027-01-04T07:00:00Z', false],
  ])('judges dates in their zone: %s', (now, frozen) => {
    expect(isFrozen(holidays, now)).toBe(frozen);
  });

  it('takes what it cannot read for no freeze', () => {
    expect(freezeAt({ ...weekend, timezone: 'Europe/Pariss' }, new Date('2026-10-24T12:00:00Z'))).toBeUndefined();
    expect(freezeAt({ ...weekend, to: 'monday' }, new Date('2026-10-24T12:00:00Z'))).toBeUndefined();
  });
});

describe('freezeProblem', () => {
  it.each([
    ['an unknown zone', { ...weekend, timezone: 'Paris' }, 'time zone `Paris`'],
    ['a cron with six fields', { ...weekend, from: '0 0 16 * * 5' }, '`0 0 16 * * 5`'],
    ['an hour that no clock shows', { ...weekend, to: '0 25 * * 1' }, '`0 25 * * 1`'],
    ['a day that no month has', { ...weekend, from: '0 0 31 2 *' }, 'never comes'],
    ['a date that does not exist', { ...holidays, from: '2026-02-30T00:00' }, '`2026-02-30T00:00`'],
    ['dates in the wrong order', { ...holidays, to: '2026-12-19T00:00' }, 'ends before it begins'],
    ['a date with a cron', { ...holidays, to: '0 8 * * 1' }, 'begins with a date'],
  ])('%s', (_name, period, problem) => {
    expect(freezeProblem(period)).toContain(problem);
  });

  it('has nothing to say of good ones', () => {
    expect([weekend, holidays].map(freezeProblem)).toEqual([undefined, undefined]);
  });
});
