import type { Migration } from './migration.ts';

/**
 * The locks of environments, and who waits for one to be free. At most one lock per environment; the environment is
 * empty where a lock is on the whole project. `until_at` is null where somebody has to release it.
 */
export const locks: Migration = {
  name: '0006-locks',
  statements: ({ integer, tableOptions }) => [
    `create table locks (
      id text primary key,
      project_id ${integer} not null,
      environment text not null,
      until_at ${integer},
      document text not null,
      unique (project_id, environment)
    )${tableOptions}`,
    `create table waits (
      project_id ${integer} not null,
      environment text not null,
      slack_user_id text not null,
      document text not null,
      primary key (project_id, environment, slack_user_id)
    )${tableOptions}`,
  ],
};
