import { describe, expect, it } from 'vitest';
import { collapseFolders, inOrder } from '../../../src/app/environments/arrange-environments.ts';

const named = (name: string, tier?: string) => ({ name, tier });
const reviews = ['a', 'b', 'c', 'd'].map((name) => named(`review/${name}`, 'development'));

describe('inOrder', () => {
  it('puts production first and what has no known tier last', () => {
    const names = inOrder([named('x'), named('dev', 'development'), named('prod', 'production')]).map((e) => e.name);

    expect(names).toEqual(['prod', 'dev', 'x']);
  });
});

describe('collapseFolders', () => {
  it('counts the environments of a folder that has many', () => {
    const { alone, folders } = collapseFolders([named('production', 'production'), ...reviews], undefined);

    expect(alone.map(({ name }) => name)).toEqual(['production']);
    expect(folders).toEqual([{ folder: 'review', count: 4 }]);
  });

  it('tells a few of a folder by name', () => {
    expect(collapseFolders(reviews.slice(0, 3), undefined).folders).toEqual([]);
  });

  it('never hides production or staging in a number', () => {
    const regions = ['eu', 'us', 'ap', 'sa'].map((name) => named(`live/${name}`, 'production'));

    expect(collapseFolders(regions, undefined)).toEqual({ alone: regions, folders: [] });
  });

  it('tells the one that was asked for, also of such a folder', () => {
    const asked = { kind: 'found', name: 'review/b', environment: undefined } as const;

    expect(collapseFolders(reviews, asked)).toEqual({ alone: [reviews[1]], folders: [] });
  });
});
