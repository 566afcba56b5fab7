import path from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import usual from '../../vitest.config.ts';

/** `npm run test:postgres`: the flows, each with its store on one Postgres instead of a file of its own. */
export default mergeConfig(
  usual,
  defineConfig({
    root: path.join(import.meta.dirname, '../..'),
    test: {
      include: ['test/flows/**/*.test.ts'],
      // They are about the file.
      exclude: ['test/flows/{audit,crash-second-process,secrets}.test.ts'],
      globalSetup: ['test/postgres/server.ts'],
    },
  }),
);
