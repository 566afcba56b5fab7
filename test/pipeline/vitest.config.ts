import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm run test:pipeline`: apart from `npm test`, since it needs programs that npm does not bring. */
export default defineConfig({
  root: path.join(import.meta.dirname, '../..'),
  test: {
    include: ['test/pipeline/**/*.test.ts'],
    pool: 'forks',
    // The releases are played with real processes and real time; two at once would only slow each other down.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
