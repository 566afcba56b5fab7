import type { Migration } from './migration.ts';

/** Each scrape of the metrics asks for the few environments of production among thousands of branches. */
export const production: Migration = {
  name: '0015-production',
  statements: ({ integer }) => [
    `alter table environments add column is_production ${integer} not null default 0`,
    `create index environments_of_production on environments (project_id) where is_production = 1`,
  ],
};
