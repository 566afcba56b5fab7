import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/domain/deployment.ts';
import { findRollback, looksLikeVersion } from '../../src/domain/rollback.ts';
import { aDeployment } from '../support/builders.ts';

/** Deployments newest first, written oldest first: `A1 ok` is version A out of pipeline 1. */
function history(...entries: readonly string[]): readonly Deployment[] {
  return entries
    .map((entry, index) => {
      const [name = '', status = ''] = entry.split(' ');
      const version = name.slice(0, 1);
      return aDeployment({
        id: index + 1,
        ref: `v-${version}`,
        sha: version.toLowerCase().repeat(40),
        pipelineId: Number(name.slice(1)),
        status:
          ({ ok: 'success', bad: 'failed', off: 'canceled', on: 'running', new: 'created' } as const)[status] ??
          'unknown',
      });
    })
    .toReversed();
}

function target(entries: readonly string[], version?: string): string {
  const match = findRollback(history(...entries), version);
  return match.kind === 'found' ? `${match.left.ref} -> ${match.target.ref}` : match.kind;
}

describe('findRollback', () => {
  it.each([
    [
      'skips what failed, and goes back from a failure to the good one before',
      ['A1 ok', 'B2 ok', 'C3 bad'],
      'v-C -> v-B',
    ],
    ['goes back from a good one too', ['A1 ok', 'B2 ok'], 'v-B -> v-A'],
    ['takes no version twice for an earlier one', ['A1 ok', 'B2 ok', 'B2 ok'], 'v-B -> v-A'],
    ['does not offer what was rolled back', ['A1 ok', 'B2 ok', 'A1 ok'], 'nothing_earlier'],
    ['goes further back the second time', ['Z1 ok', 'A2 ok', 'B3 ok', 'A2 ok'], 'v-A -> v-Z'],
    [
      'offers again what was deployed anew after its rollback',
      ['A1 ok', 'B2 ok', 'A1 ok', 'B4 ok', 'C5 bad'],
      'v-C -> v-B',
    ],
    ['leaves out what was refused before it started', ['A1 ok', 'B2 new', 'C3 bad'], 'v-C -> v-A'],
    ['counts a canceled one as started', ['A1 ok', 'B2 off'], 'v-B -> v-A'],
    ['finds nothing before the first', ['A1 ok'], 'nothing_earlier'],
    ['finds nothing where nothing was', [], 'never_deployed'],
  ])('%s', (_, entries, expected) => {
    expect(target(entries)).toBe(expected);
  });

  it('does not count a deployment whose job never ran', () => {
    const [canceled, ...rest] = history('A1 ok', 'B2 ok', 'C3 off');
    const match = findRollback([{ ...aDeployment(canceled), jobStarted: false }, ...rest], undefined);

    expect(match).toMatchObject({ kind: 'found', left: { ref: 'v-B' }, target: { ref: 'v-A' } });
  });

  it('takes a version that is named although it was rolled back', () => {
    expect(target(['A1 ok', 'B2 ok', 'A1 ok'], 'v-B')).toBe('v-A -> v-B');
  });

  it('refuses a version that was never there with success, and names those that were', () => {
    expect(findRollback(history('A1 ok', 'B2 bad', 'C3 ok'), 'v-B')).toMatchObject({
      kind: 'not_deployed',
      candidates: ['v-A'],
    });
  });

  it('says that a version is there already', () => {
    expect(target(['A1 ok', 'B2 ok'], 'v-B')).toBe('already_there');
  });
});

describe('looksLikeVersion', () => {
  it.each(['v1.4.0', '1.4.0', 'v2', '1.4.0-rc.1', 'a1b2c3d'])('takes %s for a version', (word) => {
    expect(looksLikeVersion(word)).toBe(true);
  });

  it.each(['checkout', 'broken', '500', 'to', 'deadbeef', 'v'])('takes %s for a word of the reason', (word) => {
    expect(looksLikeVersion(word)).toBe(false);
  });
});
