import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { filesIn, read, root } from './repository.ts';

const Package = z.object({
  license: z.string(),
  scripts: z.record(z.string(), z.string()),
  engines: z.object({ node: z.string() }),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

const { scripts, dependencies, devDependencies, license } = Package.parse(JSON.parse(read('package.json')));

describe('package.json', () => {
  it('names exact versions, since an old npm would pick other ones', () => {
    const versions = Object.entries({ ...dependencies, ...devDependencies });

    expect(versions.length).toBeGreaterThan(10);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('has the licence of the LICENSE file', () => {
    expect(read('LICENSE')).toContain(`${license} License`);
  });

  it('brings the Node that the image runs', () => {
    expect(read('Dockerfile')).toContain(`FROM node:${devDependencies['node']}-slim`);
  });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  it('starts the server itself, so that the stop signal arrives, and as `npm start` does', () => {
    const words = scripts['start']?.split(' ').map((word) => `"${word}"`) ?? [];

    expect(words.at(0)).toBe('"node"');
    expect(lines.filter((line) => /^(CMD|ENTRYPOINT) /.test(line))).toEqual([`CMD [${words.join(', ')}]`]);
  });

  it('does not run as root', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  });

  it('copies only folders that the image may have', () => {
    const copied = lines.filter((line) => line.startsWith('COPY ')).flatMap((line) => line.split(' ').slice(1, -1));

    expect(copied).toEqual(['package.json', 'package-lock.json', '.npmrc', 'commands', 'src']);
    expect(
      read('.dockerignore')
        .split('\n')
        .filter((line) => copied.includes(line)),
    ).toEqual([]);
  });
});

describe('repository', () => {
  it('has the unreleased changes on top of the changelog', () => {
    expect(/^## (.*)$/m.exec(read('CHANGELOG.md'))?.[1]).toBe('Unreleased');
  });

  it('runs in CI what the README promises', () => {
    expect(read('README.md')).toContain('npm ci && npm test');
    expect(read('.ci/run')).toContain('\nnpm ci && npm test\n');
  });

  it.each(['README.md', 'src/README.md', 'SECURITY.md'])('has every file that %s links to', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) =>
      path.posix.join(path.posix.dirname(page), target),
    );

    expect(links.filter((target) => !existsSync(path.join(root, target)))).toEqual([]);
  });

  it('keeps no file of the demo out of git', () => {
    const ignored = new Set(read('.gitignore').split('\n'));
    const demo = filesIn('examples');

    expect(demo).toContain('examples/production-app/chatops.yml');
    expect(demo.filter((file) => ignored.has(path.posix.basename(file)))).toEqual([]);
  });

  it('mentions no folder of the machine it was written on', () => {
    // In pieces, so that this file does not find itself.
    const machine = new RegExp(`(?<![\\w.:-])/(?:${['work', 'root', 'farm', 'Users'].join('|')})/`);
    const text = /(\.(ts|tsx|js|json|md|yml|yaml|css|html|svg|sh)|\/run|Dockerfile|\.env\.example)$/;
    const files = filesIn('.').filter((file) => text.test(file) && file !== 'package-lock.json');

    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => machine.test(read(file)))).toEqual([]);
  });
});
