import type { Migration } from './migration.ts';

/** Overrides that somebody is to look at afterwards. `due_at` is null where nobody has to be reminded any more. */
export const reviews: Migration = {
  name: '0014-reviews',
  statements: ({ integer, tableOptions }) => [
    `create table reviews (
      id text primary key,
      due_at ${integer},
      created_at ${integer} not null,
      document text not null
    )${tableOptions}`,
  ],
};
