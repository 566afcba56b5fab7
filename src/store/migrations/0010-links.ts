import type { Migration } from './migration.ts';

/**
 * The GitLab accounts that people linked, with their tokens sealed (`version` counts changes), and the attempts to link
 * one. Of the secrets in an attempt's addresses only hashes are kept: `id` of the first, `next_key` of the next step's.
 */
export const links: Migration = {
  name: '0010-links',
  statements: ({ integer, tableOptions }) => [
    `create table links (
      slack_user_id text primary key,
      gitlab_user_id ${integer} not null,
      version ${integer} not null,
      document text not null
    )${tableOptions}`,
    `create table link_attempts (
      id text primary key,
      slack_user_id text not null,
      next_key text unique,
      stage text not null,
      expires_at ${integer} not null,
      document text not null
    )${tableOptions}`,
  ],
};
