import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKnownProjects, type KnownProjects } from '../../../src/app/projects/known-projects.ts';
import { type FileSettings, readConfigFile } from '../../../src/config/file.ts';
import type { ProjectRef } from '../../../src/domain/project.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { at } from '../../support/builders.ts';

function read(text: string): FileSettings {
  const file = readConfigFile(text, 'chatops.yml');
  if (file.kind === 'refused') throw new Error(file.problems.map(({ problem }) => problem).join('\n'));
  return file.settings;
}

const wide = read(`
defaults: { channels: [{ id: C0ALL }] }
projects:
  - project: acme/app
    channels: [{ id: C0APP }]
  - project: acme/payments/*
`);

function seen(id: number, path: string): { readonly ref: ProjectRef } {
  return { ref: { id, path, url: `https://gitlab.example.com/${path}` } };
}

let store: OpenStore;
let configured: FileSettings;
let warnings: (readonly [Record<string, unknown>, string])[];
let known: KnownProjects;

function create(): KnownProjects {
  const log = {
    debug() {},
    info() {},
    error() {},
    warn: (fields: Record<string, unknown>, message: string) => void warnings.push([fields, message]),
  };
  return createKnownProjects({ configured: () => configured, store, clock: { now: () => at(0) }, log });
}

const paths = (): readonly string[] => known.list().map(({ path }) => path);
const channelOf = (path: string): string | undefined => known.rulesFor(path)?.channels[0]?.id;

beforeEach(async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  store = await createSqliteStore({ path: ':memory:', now: () => at(0), log });
  configured = wide;
  warnings = [];
  known = create();
});
afterEach(() => store.close());

describe('known projects', () => {
  it('are those with an entry of their own, and those seen under a pattern', async () => {
    expect(paths()).toEqual(['acme/app']);

    await known.learn([seen(1, 'acme/payments/b'), seen(2, 'acme/payments/a'), seen(3, 'other/x')]);

    expect(paths()).toEqual(['acme/app', 'acme/payments/a', 'acme/payments/b']);
  });

  it('are known after a restart', async () => {
    await known.learn([seen(1, 'acme/payments/a')]);

    known = create();
    await known.load();

    expect(paths()).toEqual(['acme/app', 'acme/payments/a']);
  });

  it('are no longer those that a reload leaves out', async () => {
    await known.learn([seen(1, 'acme/payments/a')]);

    configured = read('projects: [{ project: acme/app, channels: [{ id: C0NEW }] }]');

    expect(paths()).toEqual(['acme/app']);
    expect(channelOf('acme/app')).toBe('C0NEW');
  });

  it('are forgotten when GitLab has them no more', async () => {
    await known.learn([seen(1, 'acme/payments/a')]);
    await known.forget('acme/payments/a');

    known = create();
    await known.load();

    expect(paths()).toEqual(['acme/app']);
  });
});

describe('a moved project', () => {
  beforeEach(() => known.learn([seen(1, 'acme/app'), seen(2, 'acme/payments/a')]));

  it('keeps the rules of its entry, with one warning that names the line', async () => {
    await known.learn([seen(1, 'acme/shop/app')]);
    await known.learn([seen(1, 'acme/shop/app')]);

    expect(channelOf('acme/shop/app')).toBe('C0APP');
    expect(paths()).toEqual(['acme/app', 'acme/payments/a']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.[0]).toMatchObject({ project: 'acme/shop/app', place: 'chatops.yml line 4' });
  });

  it('keeps them although a pattern is about its new path, and after a restart', async () => {
    await known.learn([seen(1, 'acme/payments/app')]);

    known = create();
    await known.load();

    expect(channelOf('acme/payments/app')).toBe('C0APP');
  });

  it('is found where GitLab led on from the configured path before its id was known', async () => {
    await known.learn([{ ...seen(9, 'acme/shop/other'), asked: 'acme/payments/other' }]);

    expect(channelOf('acme/shop/other')).toBe('C0ALL');
    expect(warnings[0]?.[0]).toMatchObject({ place: 'chatops.yml line 6' });
  });

  it('goes by an entry of its new path as soon as there is one', async () => {
    await known.learn([seen(1, 'acme/shop/app')]);

    configured = read('projects: [{ project: acme/shop/app, channels: [{ id: C0SHOP }] }]');
    await known.learn([seen(1, 'acme/shop/app')]);

    expect(channelOf('acme/shop/app')).toBe('C0SHOP');
    expect(paths()).toEqual(['acme/shop/app']);
    expect(warnings).toHaveLength(1);
  });

  it('is simply the project of its new name within a pattern', async () => {
    await known.learn([seen(2, 'acme/payments/renamed')]);

    expect(paths()).toEqual(['acme/app', 'acme/payments/renamed']);
    expect(warnings).toEqual([]);
  });

  it('leaves a path that it moved on from to others', async () => {
    await known.learn([seen(1, 'acme/payments/app')]);
    await known.learn([seen(1, 'acme/shop/app')]);

    expect(channelOf('acme/payments/app')).toBe('C0ALL');
    expect(channelOf('acme/shop/app')).toBe('C0APP');
  });
});
