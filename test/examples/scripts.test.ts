import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, root } from '../contract/repository.ts';

const scripts = filesIn('examples/production-app/tests').filter((file) => file.endsWith('.js'));

/** Cypress and k6, which run them, come neither from npm's registry nor from Debian in a size that tests can bear. */
describe('the scripts of Cypress and k6 in the sample', () => {
  it('are found', () => {
    expect(scripts.length).toBeGreaterThanOrEqual(3);
  });

  it.each(scripts)('%s is JavaScript', (file) => {
    const { status, stderr } = spawnSync(process.execPath, ['--check', path.join(root, file)], { encoding: 'utf8' });

    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
