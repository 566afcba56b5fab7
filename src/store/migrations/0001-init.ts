import type { Migration, SqlWords } from './migration.ts';

/**
 * The first tables. Partial indexes hold only the rows that are still to be worked on, so looking for work costs the
 * same however many finished rows are kept; a query uses one only when it repeats the condition word for word.
 */
export const init: Migration = {
  name: '0001-init',
  statements: (words) => [
    ...inbox(words),
    ...outbox(words),
    ...pipelines(words),
    ...plansAndOperations(words),
    ...audit(words),
    `create table meta (name text primary key, value text not null)${words.tableOptions}`,
    `create table lease (
      name text primary key, holder text not null, holder_label text not null, expires_at ${words.integer} not null
    )${words.tableOptions}`,
  ],
};

function inbox({ integer, counter, tableOptions }: SqlWords): readonly string[] {
  return [
    `create table inbox (
      id ${counter},
      key text not null unique,
      source text not null,
      body text not null,
      state text not null,
      attempts ${integer} not null,
      not_before ${integer} not null,
      received_at ${integer} not null,
      ended_at ${integer},
      result text,
      error text
    )${tableOptions}`,
    `create index inbox_waiting on inbox (source, id) where state = 'waiting'`,
    `create index inbox_dead on inbox (id) where state = 'dead'`,
    `create index inbox_newest on inbox (source, id)`,
    `create index inbox_ended on inbox (ended_at) where ended_at is not null`,
  ];
}

function outbox({ integer, counter, tableOptions }: SqlWords): readonly string[] {
  return [
    `create table outbox (
      seq ${counter},
      id text not null unique,
      key text not null unique,
      channel text not null,
      root_key text,
      lane ${integer} not null,
      broadcast ${integer} not null,
      answer text,
      text text not null,
      blocks text not null,
      ts text,
      version ${integer} not null,
      sent_version ${integer} not null,
      sending_version ${integer},
      sending_since ${integer},
      attempts ${integer} not null,
      not_before ${integer} not null,
      error text,
      created_at ${integer} not null,
      dirty_since ${integer} not null,
      settled_at ${integer},
      dead_at ${integer}
    )${tableOptions}`,
    `create index outbox_dirty on outbox (lane, seq) where sent_version < version and dead_at is null`,
    `create index outbox_dead on outbox (seq) where dead_at is not null`,
    `create index outbox_settled on outbox (settled_at, seq) where settled_at is not null`,
    `create index outbox_replies on outbox (root_key) where root_key is not null`,
    `create index outbox_ts on outbox (channel, ts) where ts is not null`,
  ];
}

function pipelines({ integer, tableOptions }: SqlWords): readonly string[] {
  return [
    `create table pipelines (
      project_id ${integer} not null,
      pipeline_id ${integer} not null,
      ref text not null,
      sha text not null,
      status text not null,
      open ${integer} not null,
      folded_at ${integer} not null,
      document text not null,
      primary key (project_id, pipeline_id)
    )${tableOptions}`,
    `create index pipelines_open on pipelines (project_id, pipeline_id) where open = 1`,
    `create index pipelines_changed on pipelines (project_id, folded_at)`,
    `create index pipelines_folded on pipelines (folded_at)`,
    `create table pipeline_jobs (
      project_id ${integer} not null,
      job_id ${integer} not null,
      pipeline_id ${integer} not null,
      primary key (project_id, job_id),
      foreign key (project_id, pipeline_id) references pipelines (project_id, pipeline_id) on delete cascade
    )${tableOptions}`,
    `create index pipeline_jobs_of on pipeline_jobs (project_id, pipeline_id)`,
    `create table branches (
      project_id ${integer} not null,
      ref text not null,
      last_pipeline_id ${integer} not null,
      broken_by_pipeline_id ${integer},
      primary key (project_id, ref)
    )${tableOptions}`,
    `create table threads (
      channel text not null,
      project_id ${integer} not null,
      pipeline_id ${integer} not null,
      root_key text not null,
      news_key text not null,
      created_at ${integer} not null,
      primary key (channel, project_id, pipeline_id)
    )${tableOptions}`,
    `create index threads_of_pipeline on threads (project_id, pipeline_id)`,
    `create index threads_of_root on threads (root_key)`,
    `create index threads_of_news on threads (news_key)`,
  ];
}

function plansAndOperations({ integer, tableOptions }: SqlWords): readonly string[] {
  return [
    `create table plans (
      id text primary key,
      state text not null,
      slack_user_id text not null,
      project_id ${integer} not null,
      environment text not null,
      created_at ${integer} not null,
      expires_at ${integer} not null,
      document text not null
    )${tableOptions}`,
    `create index plans_open on plans (slack_user_id, project_id, environment) where state = 'open'`,
    `create index plans_lapsing on plans (expires_at) where state = 'open'`,
    `create index plans_created on plans (created_at)`,
    `create table operations (
      id text primary key,
      state text not null,
      project_id ${integer} not null,
      environment text not null,
      pipeline_id ${integer} not null,
      next_check_at ${integer} not null,
      woken ${integer} not null,
      created_at ${integer} not null,
      ended_at ${integer},
      document text not null
    )${tableOptions}`,
    // The automatic lock: two confirmed plans for one environment cannot both become operations.
    `create unique index operations_active on operations (project_id, environment) where state = 'active'`,
    `create index operations_due on operations (next_check_at) where state = 'active'`,
    `create index operations_of_pipeline on operations (project_id, pipeline_id)`,
    `create index operations_ended on operations (ended_at) where ended_at is not null`,
  ];
}

function audit(words: SqlWords): readonly string[] {
  return [
    `create table audit (
      seq ${words.integer} primary key,
      prev_hash text not null,
      hash text not null,
      entry text not null
    )${words.tableOptions}`,
    ...words.appendOnly('audit'),
  ];
}
