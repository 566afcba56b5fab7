import type { Migration } from './migration.ts';

/**
 * The bot's lock after a rollback stands beside a person's: at most one of each for an environment. A key of a table
 * cannot be changed in SQLite, so the table is made anew. What people type is escaped in the document, so that only the
 * holder can read like the pattern.
 */
export const botLocks: Migration = {
  name: '0017-bot-locks',
  statements: ({ integer, tableOptions }) => [
    `create table locks_of_each (
      id text primary key,
      project_id ${integer} not null,
      environment text not null,
      by_bot ${integer} not null,
      until_at ${integer},
      document text not null,
      unique (project_id, environment, by_bot)
    )${tableOptions}`,
    `insert into locks_of_each (id, project_id, environment, by_bot, until_at, document)
      select id, project_id, environment,
        case when document like '%"holder":"chatops"%' then 1 else 0 end, until_at, document from locks`,
    'drop table locks',
    'alter table locks_of_each rename to locks',
  ],
};
