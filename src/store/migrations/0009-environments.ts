import type { Migration } from './migration.ts';

/** What was last heard of each environment. */
export const environments: Migration = {
  name: '0009-environments',
  statements: ({ integer, tableOptions }) => [
    `create table environments (
      project_id ${integer} not null,
      environment text not null,
      heard_at ${integer} not null,
      document text not null,
      primary key (project_id, environment)
    )${tableOptions}`,
  ],
};
