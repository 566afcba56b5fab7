import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimezone, readUntil } from '../../src/domain/until.ts';

const timezone = 'Europe/Paris';
const now = new Date('2026-11-23T10:00:00Z');

function read(text: string, zone = timezone, at = now) {
  return readUntil(text.split(' '), { now: at, timezone: zone });
}

describe('readUntil', () => {
  it.each([
    ['hotfix for 2h', '2026-11-23T12:00:00.000Z'],
    ['hotfix For 1h30m', '2026-11-23T11:30:00.000Z'],
    ['hotfix until 18:00', '2026-11-23T17:00:00.000Z'],
    ['hotfix until 9:30', '2026-11-24T08:30:00.000Z'],
    ['hotfix until 11:00', '2026-11-24T10:00:00.000Z'],
    ['hotfix until 2026-12-24T18:00', '2026-12-24T17:00:00.000Z'],
    ['hotfix until 2027-07-01T18:00', '2027-07-01T16:00:00.000Z'],
  ])('takes the end off: %s', (text, until) => {
    expect(read(text)).toEqual({ kind: 'text', words: ['hotfix'], until: new Date(until) });
  });

  it.each([
    'waiting for Raj',
    'for 2h we wait',
    'looking for',
    '2h',
    'until tomorrow',
    'hotfix for 4711',
    'test for 2x speed',
    'for 3rd time',
    'waiting for days',
  ])('leaves other words alone: %s', (text) => {
    expect(read(text)).toEqual({ kind: 'text', words: text.split(' ') });
  });

  it.each([
    'until 25:00',
    'until 12:60',
    'until 6pm',
    'until 18.00',
    'Until 18h',
    'until 2026-13-01T10:00',
    'until 2026-02-30T10:00',
    'until 2126-02-20T10:00',
    'for 0s',
    'for 9999999999999999999999h',
    'for 2y',
    'For 30min',
    'for 1.5h',
    'for 2 hours',
    'for an hour',
    'for 1 day',
    'for 1 h 30 min',
  ])('does not take what is meant as an end for text: %s', (text) => {
    expect(read(`hotfix ${text}`)).toEqual({ kind: 'unreadable', words: text });
  });

  it('names a date that has passed', () => {
    expect(read('hotfix until 2026-11-23T09:00')).toEqual({
      kind: 'past',
      word: '2026-11-23T09:00',
      at: new Date('2026-11-23T08:00:00Z'),
    });
  });

  it('takes a time that the clock skips in spring for the one just as long after the change', () => {
    const before = new Date('2026-03-29T00:00:00Z');

    expect(read('x until 2026-03-29T02:30', timezone, before)).toMatchObject({
      until: new Date('2026-03-29T01:30:00Z'),
    });
  });

  it('takes a time that comes twice in autumn for the first', () => {
    const before = new Date('2026-10-24T12:00:00Z');

    expect(read('x until 2026-10-25T02:30', timezone, before)).toMatchObject({
      until: new Date('2026-10-25T00:30:00Z'),
    });
  });

  it.each([
    ['America/New_York', '2026-11-23T23:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-23T12:30:00.000Z'],
    ['Pacific/Auckland', '2026-11-24T05:00:00.000Z'],
    ['No/Where', '2026-11-23T18:00:00.000Z'],
  ])('reads the clock of the person’s zone: %s', (zone, until) => {
    expect(read('x until 18:00', zone)).toMatchObject({ until: new Date(until) });
  });

  it('never throws, and what it gives lies ahead', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('for', 'until', 'FOR', 'Until', '2h', '18:00', '2026-12-24T18:00', '99:99', '0000-00-00T00:00'),
      fc.stringMatching(/^\d{1,4}[smhdw]$/),
      fc.stringMatching(/^\d{1,2}:\d{2}$/),
      fc.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/),
    );
    const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    const zone = fc.oneof(fc.constantFrom('UTC', 'Europe/Paris', 'Pacific/Apia', 'Australia/Lord_Howe'), fc.string());
    const ahead = fc.property(fc.array(word, { maxLength: 6 }), moment, zone, (words, at, name) => {
      const told = readUntil(words, { now: at, timezone: name });
      if (told.kind === 'past') return told.at <= at;
      if (told.kind === 'unreadable') return words.join(' ').endsWith(told.words);
      return told.until === undefined ? told.words.length === words.length : told.until > at;
    });

    expect(fc.check(ahead).counterexample).toBeNull();
  });
});

describe('isTimezone', () => {
  it('knows the zones of the world and nothing else', () => {
    expect(['UTC', 'Europe/Paris', 'Asia/Kolkata'].map(isTimezone)).toEqual([true, true, true]);
    expect(['', 'Paris', 'Europe/Pariss', '\0'].map(isTimezone)).toEqual([false, false, false, false]);
  });
});
