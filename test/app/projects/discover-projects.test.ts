import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../src/app/projects/discover-projects.ts';
import { createKnownProjects, type KnownProjects } from '../../../src/app/projects/known-projects.ts';
import { type FileSettings, readConfigFile } from '../../../src/config/file.ts';
import { GitLabError, NotFoundError } from '../../../src/domain/errors.ts';
import type { ProjectRef } from '../../../src/domain/project.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { at } from '../../support/builders.ts';

function read(pattern: string): FileSettings {
  const text = `
projects:
  - { project: acme/app, channels: [{ id: C0APP }] }
  - { project: ${pattern}, channels: [{ id: C0PAY }] }
`;
  const file = readConfigFile(text, 'chatops.yml');
  if (file.kind === 'refused') throw new Error(file.problems.map(({ problem }) => problem).join('\n'));
  return file.settings;
}

function ref(id: number, path: string): ProjectRef {
  return { id, path, url: `https://gitlab.example.com/${path}` };
}

let store: OpenStore;
let configured: FileSettings;
let seconds: number;
let asked: string[];
/** All that GitLab has; undefined: it does not answer. */
let projects: readonly ProjectRef[] | undefined;
let known: KnownProjects;
let discover: () => Promise<void>;

beforeEach(async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const clock = { now: () => at(seconds) };
  seconds = 0;
  asked = [];
  projects = [ref(1, 'acme/app'), ref(2, 'acme/payments/a'), ref(3, 'acme/payments/b'), ref(4, 'acme/payments/x/c')];
  configured = read('acme/payments/*');
  store = await createSqliteStore({ path: ':memory:', now: clock.now, log });
  known = createKnownProjects({ configured: () => configured, store, clock, log });
  const answers = (): readonly ProjectRef[] => {
    if (projects) return projects;
    throw new GitLabError('away', { status: 502, method: 'GET', path: '/', outcome: 'none' });
  };
  discover = createDiscovery({
    configured: () => configured,
    knownProjects: known,
    gitlab: {
      async project(path) {
        asked.push(String(path));
        const found = answers().find((each) => each.id === path || each.path === path);
        if (!found) throw new NotFoundError('no such project');
        return found;
      },
      async groupProjects(group) {
        asked.push(`group ${group}`);
        return answers().filter(({ path }) => path.startsWith(`${group}/`));
      },
    },
    store,
    clock,
    log,
  });
});
afterEach(() => store.close());

const paths = (): readonly string[] => known.list().map(({ path }) => path);

describe('createDiscovery', () => {
  it('makes the projects of a group known, as far as the pattern goes', async () => {
    await discover();

    expect(paths()).toEqual(['acme/app', 'acme/payments/a', 'acme/payments/b']);
    expect(asked).toEqual(['group acme/payments', 'acme/app']);
  });

  it('asks again after an hour, and when chatops.yml was read anew', async () => {
    await discover();
    seconds = 3_599;
    await discover();
    expect(asked).toHaveLength(2);
    seconds = 3_600;
    await discover();
    expect(asked).toHaveLength(4);
    configured = read('acme/**');
    await discover();

    expect(paths()).toEqual(['acme/app', 'acme/payments/a', 'acme/payments/b', 'acme/payments/x/c']);
  });

  it('keeps what it knows while GitLab is away', async () => {
    await discover();
    projects = undefined;
    seconds = 3_600;
    await discover();

    expect(paths()).toEqual(['acme/app', 'acme/payments/a', 'acme/payments/b']);
  });

  it('forgets a project that is gone, and follows one that left the group', async () => {
    await discover();
    projects = [ref(1, 'acme/app'), ref(3, 'acme/shop/b')];
    seconds = 3_600;
    await discover();

    expect(paths()).toEqual(['acme/app', 'acme/payments/b']);
    expect(known.rulesFor('acme/shop/b')?.channels[0]?.id).toBe('C0PAY');
  });

  it('follows a project with an entry of its own to where it was moved', async () => {
    await discover();
    projects = [ref(1, 'other/app')];
    seconds = 3_600;
    await discover();

    expect(known.rulesFor('other/app')?.path).toBe('acme/app');
  });
});
