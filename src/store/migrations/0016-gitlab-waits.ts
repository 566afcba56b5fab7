import type { Migration } from './migration.ts';

/** Who wants to be told when GitLab answers again: each person once for each command. */
export const gitlabWaits: Migration = {
  name: '0016-gitlab-waits',
  statements: ({ tableOptions }) => [
    `create table gitlab_waits (
      slack_user_id text not null,
      line text not null,
      document text not null,
      primary key (slack_user_id, line)
    )${tableOptions}`,
  ],
};
