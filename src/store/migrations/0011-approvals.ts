import type { Migration } from './migration.ts';

/**
 * Requests for approval, and each person's word on them: `voter` is their GitLab user, so that two Slack accounts of
 * one person are one row.
 */
export const approvals: Migration = {
  name: '0011-approvals',
  statements: ({ integer, tableOptions }) => [
    `create table approvals (
      id text primary key,
      operation_id text not null,
      project_id ${integer} not null,
      environment text not null,
      state text not null,
      created_at ${integer} not null,
      document text not null
    )${tableOptions}`,
    `create index approvals_operation on approvals (operation_id)`,
    `create index approvals_undecided on approvals (created_at) where state in ('open', 'approved')`,
    `create table approval_votes (
      request_id text not null,
      voter text not null,
      answer text not null,
      at ${integer} not null,
      document text not null,
      primary key (request_id, voter)
    )${tableOptions}`,
  ],
};
