import type { Generated, Kysely } from 'kysely';

/** Every table's columns, the same on each database: text and integers, times in epoch ms, booleans 0 or 1, JSON as text. */
export interface Schema {
  readonly inbox: InboxColumns;
  readonly outbox: OutboxColumns;
  readonly pipelines: PipelineColumns;
  readonly pipeline_jobs: PipelineJobColumns;
  readonly branches: BranchColumns;
  readonly threads: ThreadColumns;
  readonly plans: PlanColumns;
  readonly operations: OperationColumns;
  readonly audit: AuditColumns;
  readonly watches: WatchColumns;
  readonly environments: EnvironmentColumns;
  readonly locks: LockColumns;
  readonly waits: WaitColumns;
  readonly gitlab_waits: GitLabWaitColumns;
  readonly reviews: ReviewColumns;
  readonly links: LinkColumns;
  readonly approvals: ApprovalColumns;
  readonly approval_votes: ApprovalVoteColumns;
  readonly link_attempts: LinkAttemptColumns;
  readonly meta: { readonly name: string; readonly value: string };
  readonly lease: LeaseColumns;
}

/** The connection, or a transaction on it: both read and write the same way. */
export type Database = Kysely<Schema>;

interface InboxColumns {
  readonly id: Generated<number>;
  readonly key: string;
  readonly source: string;
  /** Emptied when done: only the key is needed afterwards, to know a repetition. */
  readonly body: string;
  /** `waiting`, `done` or `dead`. */
  readonly state: string;
  readonly attempts: number;
  readonly not_before: number;
  readonly received_at: number;
  readonly ended_at: number | null;
  readonly result: string | null;
  readonly error: string | null;
}

/** One row of the outbox. There is something to send while `sent_version < version` and `dead_at` is null. */
export interface OutboxColumns {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly key: string;
  readonly channel: string;
  readonly root_key: string | null;
  readonly lane: number;
  readonly broadcast: number;
  readonly answer: string | null;
  readonly text: string;
  readonly blocks: string;
  readonly ts: string | null;
  readonly version: number;
  readonly sent_version: number;
  /** The version at the moment when the attempt under way was marked: what is in Slack can be no newer. */
  readonly sending_version: number | null;
  readonly sending_since: number | null;
  readonly attempts: number;
  readonly not_before: number;
  readonly error: string | null;
  readonly created_at: number;
  readonly dirty_since: number;
  /** When it was sent or given up; null while there is something to send. */
  readonly settled_at: number | null;
  readonly dead_at: number | null;
}

interface PipelineColumns {
  readonly project_id: number;
  readonly pipeline_id: number;
  readonly ref: string;
  readonly sha: string;
  readonly upstream_project_id: number | null;
  readonly upstream_pipeline_id: number | null;
  readonly status: string;
  readonly open: number;
  readonly folded_at: number;
  readonly document: string;
}

interface PipelineJobColumns {
  readonly project_id: number;
  readonly job_id: number;
  readonly pipeline_id: number;
}

interface BranchColumns {
  readonly project_id: number;
  readonly ref: string;
  readonly last_pipeline_id: number;
  readonly broken_by_pipeline_id: number | null;
}

interface ThreadColumns {
  readonly channel: string;
  readonly project_id: number;
  readonly pipeline_id: number;
  readonly root_key: string;
  readonly news_key: string;
  readonly created_at: number;
}

interface PlanColumns {
  readonly id: string;
  readonly state: string;
  readonly slack_user_id: string;
  readonly project_id: number;
  readonly environment: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly document: string;
}

interface OperationColumns {
  readonly id: string;
  readonly state: string;
  readonly project_id: number;
  readonly environment: string;
  readonly pipeline_id: number;
  readonly next_check_at: number;
  /** 1: something happened since it was last handed out, whatever `next_check_at` was set to meanwhile. */
  readonly woken: number;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly document: string;
}

interface AuditColumns {
  readonly seq: number;
  readonly prev_hash: string;
  readonly hash: string;
  readonly entry: string;
  readonly project: Generated<string | null>;
  readonly environment: Generated<string | null>;
}

interface WatchColumns {
  readonly channel: string;
  /** The lower-case path. */
  readonly project_key: string;
  readonly project: string;
  /** Words with a space between; null: the default. */
  readonly notify: string | null;
  readonly deployable: number;
  readonly slack_user_id: string;
  readonly username: string;
  readonly since: number;
}

interface LockColumns {
  readonly id: string;
  readonly project_id: number;
  /** Empty: the whole project. */
  readonly environment: string;
  /** 1: the bot's own, which stands beside a person's. */
  readonly by_bot: number;
  readonly until_at: number | null;
  readonly document: string;
}

interface WaitColumns {
  readonly project_id: number;
  readonly environment: string;
  readonly slack_user_id: string;
  readonly document: string;
}

interface GitLabWaitColumns {
  readonly slack_user_id: string;
  readonly line: string;
  readonly document: string;
}

interface ApprovalColumns {
  readonly id: string;
  readonly operation_id: string;
  readonly project_id: number;
  readonly environment: string;
  readonly state: string;
  readonly created_at: number;
  /** Without the votes. */
  readonly document: string;
}

interface ApprovalVoteColumns {
  readonly request_id: string;
  /** GitLab's user id, else the Slack user's. */
  readonly voter: string;
  readonly answer: string;
  readonly at: number;
  readonly document: string;
}

interface ReviewColumns {
  readonly id: string;
  readonly due_at: number | null;
  readonly created_at: number;
  readonly document: string;
}

interface EnvironmentColumns {
  readonly project_id: number;
  readonly environment: string;
  readonly heard_at: number;
  /** 1 or 0. */
  readonly is_production: number;
  readonly document: string;
}

interface LinkColumns {
  readonly slack_user_id: string;
  readonly gitlab_user_id: number;
  readonly version: number;
  readonly document: string;
}

interface LinkAttemptColumns {
  readonly id: string;
  readonly slack_user_id: string;
  readonly next_key: string | null;
  readonly stage: string;
  readonly expires_at: number;
  readonly document: string;
}

interface LeaseColumns {
  readonly name: string;
  readonly holder: string;
  readonly holder_label: string;
  readonly expires_at: number;
}
