import { describe, expect, it } from 'vitest';
import type { Release } from '../../src/domain/release.ts';
import { decideProbe, isOfRelease, type LiveVersion } from '../../src/domain/verification.ts';

const release: Release = {
  version: 'v1.4.0',
  ref: 'v1.4.0',
  tag: true,
  sha: '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
};

const says = (version: string): LiveVersion => ({ kind: 'version', version });

describe('isOfRelease', () => {
  it.each(['v1.4.0', '1.4.0', ' V1.4.0 ', '0a1b2c3d', '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'])(
    'knows the release by %j',
    (live) => {
      expect(isOfRelease(live, release)).toBe(true);
    },
  );

  it.each(['', ' ', 'v1.4.1', '1.4', 'v1.4.0-rc.1', '0a1b2c', 'deadbeef'])('does not know it by %j', (live) => {
    expect(isOfRelease(live, release)).toBe(false);
  });

  it('leaves the v of a word that only begins with one', () => {
    expect(isOfRelease('ersion', { ...release, version: 'version', ref: 'version' })).toBe(false);
  });
});

describe('decideProbe', () => {
  const rule = { url: 'https://example.com/api/version', field: 'version', withinMs: 60_000, everyMs: 10_000 };
  const since = new Date('2026-11-20T10:00:00Z');
  const heard = (last: LiveVersion, afterMs: number) => ({
    since,
    at: new Date(since.getTime() + afterMs),
    looks: 1,
    last,
  });

  it('passes as soon as the version is right', () => {
    expect(decideProbe(rule, release, heard(says('1.4.0'), 0))).toBe('passed');
  });

  it('passes late too, where nobody looked in between', () => {
    expect(decideProbe(rule, release, heard(says('1.4.0'), 3_600_000))).toBe('passed');
  });

  it('asks again until the deadline', () => {
    expect(decideProbe(rule, release, heard(says('1.3.0'), 59_999))).toBeUndefined();
    expect(decideProbe(rule, release, heard({ kind: 'unreadable', words: 'x' }, 59_999))).toBeUndefined();
  });

  it('tells a wrong version from an address that says none', () => {
    expect(decideProbe(rule, release, heard(says('1.3.0'), 60_000))).toBe('wrong_version');
    expect(decideProbe(rule, release, heard({ kind: 'unreadable', words: 'x' }, 60_000))).toBe('version_unreadable');
  });
});
