import { describe, expect, it } from 'vitest';
import { type FileSettings, readConfigFile } from '../../src/config/file.ts';
import { environmentRule } from '../../src/domain/project.ts';

function settingsOf(text: string): FileSettings {
  const read = readConfigFile(text, 'chatops.yml');
  if (read.kind === 'refused') throw new Error(read.problems.map(({ problem }) => problem).join('\n'));
  return read.settings;
}

const file = settingsOf(`
defaults:
  channels: [{ id: C0ALL }]
  environments:
    production: { aliases: [prod], deployers: [maintainer] }
    "*": { deployers: [developer] }
projects:
  - project: acme/**
    events: poll
    environments: { production: { job: deploy-wide } }
  - project: acme/payments/*
    channels: [{ id: C0PAY }, { id: C0MONEY }]
    events: webhook
  - project: acme/payments/core
    aliases: [core]
    channels: [{ id: C0CORE }]
    environments:
      production: { deployers: ["@ann"] }
      "prod*": { job: deploy-any }
  - project: acme/*/web
    events: both
`);

function channelsOf(path: string): readonly string[] | undefined {
  return file.rulesFor(path)?.channels.map(({ id }) => id);
}

describe('rulesFor', () => {
  it.each([
    ['the entry of the project', 'acme/payments/core', ['C0CORE']],
    ['its entry, however it is written', 'Acme/Payments/CORE', ['C0CORE']],
    ['the longer pattern, whose list replaces that of defaults', 'acme/payments/api', ['C0PAY', 'C0MONEY']],
    ['defaults, where no entry names a channel', 'acme/shop/basket', ['C0ALL']],
    ['nothing, where no entry is about the project', 'other/payments/api', undefined],
    ['nothing for a group below, which one star does not reach', 'payments/api', undefined],
  ])('takes channels from %s', (_case, path, channels) => {
    expect(channelsOf(path)).toEqual(channels);
  });

  it.each([
    ['acme/payments/core', 'webhook'],
    ['acme/payments/api', 'webhook'],
    ['acme/payments/deep/api', 'poll'],
    ['acme/shop/web', 'both'],
    ['acme/payments/web', 'webhook'],
  ])('takes events of %s from the pattern with the longest beginning: %s', (path, events) => {
    expect(file.rulesFor(path)?.events).toBe(events);
  });

  it('merges an environment key by key, each from the most specific place', () => {
    const rules = file.rulesFor('acme/payments/core');

    expect(rules && environmentRule(rules, 'production')).toMatchObject({
      name: 'production',
      aliases: ['prod'],
      jobs: ['deploy-wide'],
      deployers: ['@ann'],
    });
  });

  it('takes from patterns of environments what narrower ones leave out', () => {
    const rules = file.rulesFor('acme/payments/core');

    expect(rules && environmentRule(rules, 'production-eu')).toMatchObject({
      name: 'prod*',
      jobs: ['deploy-any'],
      deployers: ['developer'],
    });
  });

  it('gives the same rules again, and the paths as they are written', () => {
    expect(file.rulesFor('acme/payments/api')).toBe(file.rulesFor('ACME/payments/api'));
    expect(file.rulesFor('ACME/payments/core')?.path).toBe('acme/payments/core');
  });

  it('lists patterns apart from projects, the most specific first', () => {
    expect(file.projects.map(({ path }) => path)).toEqual(['acme/payments/core']);
    expect(file.patterns).toEqual(['acme/payments/*', 'acme/*/web', 'acme/**']);
  });

  it('names the line of the entry', () => {
    expect(file.placeOf('acme/payments/core')).toBe('chatops.yml line 14');
    expect(file.placeOf('acme/payments/api')).toBe('chatops.yml line 11');
  });

  it('is quick for three hundred projects', () => {
    const wide = settingsOf(`
defaults: { channels: [{ id: C0ALL }] }
projects:
${Array.from({ length: 300 }, (_, index) => `  - project: acme/p${index}`).join('\n')}
`);

    expect(wide.projects).toHaveLength(300);
    expect(wide.projects.at(-1)?.channels[0]?.id).toBe('C0ALL');
  });
});
