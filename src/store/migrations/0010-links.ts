import type { Migration } from './migration.ts';

/** The GitLab accounts that people linked, with their tokens sealed. `version` counts changes. */
export const links: Migration = {
  name: '0010-links',
  statements: ({ integer, tableOptions }) => [
    `create table links (
      slack_user_id text primary key,
      gitlab_user_id ${integer} not null,
      version ${integer} not null,
      document text not null
    )${tableOptions}`,
  ],
};
