import type { Migration } from './migration.ts';

/** The channels that people added with `/chatops watch`. GitLab takes paths without regard to case, hence the key. */
export const watches: Migration = {
  name: '0005-watches',
  statements: ({ integer, tableOptions }) => [
    `create table watches (
      channel text not null,
      project_key text not null,
      project text not null,
      notify text,
      deployable ${integer} not null,
      slack_user_id text not null,
      username text not null,
      since ${integer} not null,
      primary key (channel, project_key)
    )${tableOptions}`,
  ],
};
