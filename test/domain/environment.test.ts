import { describe, expect, it } from 'vitest';
import { type Environment, type EnvironmentMatch, guessTier, matchEnvironment } from '../../src/domain/environment.ts';
import type { EnvironmentRule } from '../../src/domain/project.ts';
import { anEnvironmentRule, someRules } from '../support/builders.ts';

const sample = ['development', 'staging', 'production-canary', 'production'];

function match(
  word: string,
  names: readonly string[] = sample,
  rules: readonly EnvironmentRule[] = [],
): EnvironmentMatch {
  const environments = names.map((name, id): Environment => ({ id, name }));
  return matchEnvironment(word, environments, someRules({ environments: rules }));
}

function found(...about: Parameters<typeof match>): string | undefined {
  const result = match(...about);
  return result.kind === 'found' ? result.name : undefined;
}

describe('guessTier', () => {
  it.each([
    ['production', 'production'],
    ['production-canary', 'production'],
    ['eu/live', 'production'],
    ['$TARGET', 'production'],
    ['review/$CI_COMMIT_REF_SLUG', 'production'],
    ['pre-production', undefined],
    ['staging', undefined],
    ['development', undefined],
  ])('takes %s for %s', (name, tier) => {
    expect(guessTier(name)).toBe(tier);
  });
});

describe('matchEnvironment', () => {
  it.each([
    ['production', 'production'],
    ['production-canary', 'production-canary'],
    ['Production', 'production'],
    ['STAGING', 'staging'],
    ['prod', 'production'],
    ['PROD', 'production'],
    ['production-c', 'production-canary'],
    ['stag', 'staging'],
  ])('reads %s as %s', (word, name) => {
    expect(found(word)).toBe(name);
  });

  it.each([
    ['a beginning that two share, of which neither is the other’s', 'pro', ['production', 'process']],
    ['a single letter', 's', ['staging']],
    ['an end', 'canary', sample],
    ['nothing', '', ['staging']],
    ['a word like it', 'stagign', ['staging']],
    ['two that differ by case alone', 'prod', ['Prod', 'PROD']],
  ])('does not guess from %s', (_what, word, names) => {
    expect(found(word, names)).toBeUndefined();
  });

  it('offers the nearest names, best first', () => {
    expect(match('stagign')).toMatchObject({
      kind: 'unknown',
      candidates: ['staging', expect.anything(), expect.anything(), expect.anything()],
    });
  });

  it('prefers an exact name to a case of another', () => {
    expect(found('prod', ['PROD', 'prod'])).toBe('prod');
  });

  it('prefers an alias to everything else, and reads it without case last', () => {
    const rules = [anEnvironmentRule({ name: 'production', aliases: ['live', 'staging'] })];

    expect(found('live', sample, rules)).toBe('production');
    expect(found('staging', sample, rules)).toBe('production');
    expect(found('LIVE', sample, rules)).toBe('production');
    expect(found('Live', ['Live', 'production'], rules)).toBe('Live');
  });

  it('knows a configured name that GitLab has not seen yet', () => {
    expect(match('eu', [], [anEnvironmentRule({ name: 'eu' })])).toEqual({
      kind: 'found',
      name: 'eu',
      environment: undefined,
    });
  });

  it('never takes a pattern for a name', () => {
    expect(found('review/*', [], [anEnvironmentRule({ name: 'review/*' })])).toBeUndefined();
    expect(found('eu-?', [], [anEnvironmentRule({ name: 'eu-?' })])).toBeUndefined();
  });

  it('hands over what GitLab knows of it', () => {
    expect(match('prod')).toMatchObject({ environment: { id: 3, name: 'production' } });
  });
});
