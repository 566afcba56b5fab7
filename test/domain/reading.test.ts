import { describe, expect, it } from 'vitest';
import { channelProject, findProject, readings, readsEnvironment } from '../../src/domain/reading.ts';
import { aChannel, anEnvironmentRule, someRules } from '../support/builders.ts';

const app = someRules({ path: 'acme/app', aliases: ['app'], channels: [aChannel({ id: 'C1' })] });
const web = someRules({
  path: 'acme/web',
  aliases: ['Web'],
  channels: [aChannel({ id: 'C2' }), aChannel({ id: 'C3' })],
});
const api = someRules({ path: 'acme/api', aliases: [], channels: [aChannel({ id: 'C3', default: true })] });
const all = [app, web, api];

/** `acme/app prod v1, named`: one line a reading. */
function read(words: readonly string[], here = undefined as typeof app | undefined): readonly string[] {
  return readings(all, here, words).map(({ rules, rest, named }) =>
    [[rules.path, ...rest].join(' '), named ? 'named' : 'here'].join(', '),
  );
}

describe('channelProject', () => {
  it.each([
    ['its only project', 'C1', 'acme/app'],
    ['the default of several', 'C3', 'acme/api'],
    ['none, for a channel that no project names', 'C9', undefined],
  ])('is %s', (_what, channel, path) => {
    expect(channelProject(all, channel)?.path).toBe(path);
  });

  it('is none of several without a default', () => {
    expect(channelProject([web, { ...api, channels: [aChannel({ id: 'C3' })] }], 'C3')).toBeUndefined();
  });
});

describe('findProject', () => {
  it.each([
    ['app', 'acme/app'],
    ['acme/app', 'acme/app'],
    ['ACME/App', 'acme/app'],
    ['APP', 'acme/app'],
    ['web', 'acme/web'],
    ['acme', undefined],
    ['', undefined],
  ])('%s: %s', (word, path) => {
    expect(findProject(all, word)?.path).toBe(path);
  });

  it('prefers the exact name to one that differs by case', () => {
    const loud = someRules({ path: 'acme/loud', aliases: ['APP'] });

    expect(findProject([app, loud], 'APP')?.path).toBe('acme/loud');
    expect(findProject([loud, app], 'app')?.path).toBe('acme/app');
  });
});

describe('readings', () => {
  it('reads the words for the project here', () => {
    expect(read(['prod', 'v1'], app)).toEqual(['acme/app prod v1, here']);
  });

  it('reads a first word that names a project in both ways', () => {
    expect(read(['web', 'prod', 'v1'], app)).toEqual(['acme/web prod v1, named', 'acme/app web prod v1, here']);
  });

  it('reads project:environment in one way only', () => {
    expect(read(['web:prod', 'v1'], app)).toEqual(['acme/web prod v1, named']);
    expect(read(['acme/web:', 'v1'], app)).toEqual(['acme/web v1, named']);
  });

  it('takes a colon behind something else for a part of the word', () => {
    expect(read(['feature:x', 'v1'], app)).toEqual(['acme/app feature:x v1, here']);
    expect(read([':prod'], app)).toEqual(['acme/app :prod, here']);
  });

  it('has none without a project', () => {
    expect(read(['prod', 'v1'])).toEqual([]);
    expect(read([])).toEqual([]);
    expect(read([], app)).toEqual(['acme/app, here']);
  });
});

describe('readsEnvironment', () => {
  const rules = someRules({ environments: [anEnvironmentRule({ name: 'eu', aliases: ['europe'] })] });

  it.each([
    [['prod', 'v1'], true],
    [['europe'], true],
    [['v1', 'prod'], false],
    [[], false],
  ])('%o: %s', (rest, expected) => {
    expect(readsEnvironment({ rules, rest, named: false }, [{ id: 1, name: 'production' }])).toBe(expected);
  });
});
