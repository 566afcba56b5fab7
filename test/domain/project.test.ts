import { describe, expect, it } from 'vitest';
import { environmentRule, matchesGlob } from '../../src/domain/project.ts';
import { anEnvironmentRule, someRules } from '../support/builders.ts';

describe('matchesGlob', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'maintenance', false],
    ['main', 'a-main', false],
    ['v*', 'v1.4.0', true],
    ['v*', 'v', true],
    ['v*', 'v1/2', false],
    ['release/*', 'release/1.4', true],
    ['release/*', 'release/1/4', false],
    ['release/**', 'release/1/4', true],
    ['**', 'any/thing at all', true],
    ['*/production', 'eu/production', true],
    ['*/production', 'production', false],
    ['v?.0', 'v1.0', true],
    ['v?.0', 'v10.0', false],
    ['a?b', 'a/b', false],
    ['v1.4', 'v1x4', false],
    ['a+(b)[c]{d}|e^$', 'a+(b)[c]{d}|e^$', true],
    ['a\\b', 'a\\b', true],
    ['', '', true],
    ['*', '', true],
    ['feature-*', 'feature-é😀', true],
    ['?', '😀', true],
  ])('%s and %s: %s', (glob, text, matches) => {
    expect(matchesGlob(glob, text)).toBe(matches);
  });
});

describe('environmentRule', () => {
  const rules = someRules({
    environments: ['*', 'production*', 'production', 'production-*'].map((name) => anEnvironmentRule({ name })),
  });

  it.each([
    ['production', 'production'],
    ['production-canary', 'production-*'],
    ['staging', '*'],
  ])('%s: %s', (name, rule) => {
    expect(environmentRule(rules, name)?.name).toBe(rule);
  });

  it('is none where nothing matches', () => {
    expect(environmentRule(rules, 'review/1')).toBeUndefined();
  });
});
