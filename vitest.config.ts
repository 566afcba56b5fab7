import { statfsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What tests need at the most: a store each, and a browser's profile. */
const roomBytes = 2 ** 30;

/** The store waits for the disk at each commit, and so would its tests: where the system has memory for files, there. */
function temporaryFolder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > roomBytes ? '/dev/shm' : tmpdir();
  } catch {
    // Not on Linux.
    return tmpdir();
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:pipeline`: it needs programs that npm does not bring.
    exclude: ['test/pipeline/**', '**/node_modules/**'],
    env: { TMPDIR: temporaryFolder() },
    pool: 'forks',
    // More than there are cores: flows often wait, for a lease to lapse or until it is time to look again.
    maxWorkers: availableParallelism() + 1,
    // Above what `until` waits, whose errors say more.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
