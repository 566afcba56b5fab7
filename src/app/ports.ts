import type { Person } from '../domain/actor.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Environment } from '../domain/environment.ts';
import type { DecodedDelivery } from '../domain/event.ts';
import type { Job } from '../domain/job.ts';
import type { Operation } from '../domain/operation.ts';
import type { Pipeline, PipelineFacts } from '../domain/pipeline.ts';
import type { CommitSummary, Plan, PlanState, Shipment } from '../domain/plan.ts';
import type { ProjectRef, ProjectRules } from '../domain/project.ts';
import type { CiGraph } from '../domain/release.ts';
import type { BranchHealth } from '../domain/thread.ts';

/** Time and ids are handed in, so that a test can set both. */
export interface Clock {
  now(): Date;
}

/** A new id: unique, sortable by the time it was made, safe in URLs and button values. */
export type NewId = () => string;

/** A place where a test may stop the program to see that a restart goes on rightly. Does nothing in production. */
export type Checkpoint = (
  point: 'play_intended' | 'play_done' | 'play_recorded' | 'message_sending' | 'message_sent' | 'message_recorded',
) => void | Promise<void>;

/** The settings that use cases need, read anew at each use since a reload may have changed them. */
export interface Settings {
  /** The projects known: those that `chatops.yml` names, and those of its patterns that were seen in GitLab. */
  readonly projects: readonly ProjectRules[];
  /**
   * What is configured for a project, seen before or not, from all entries that are about it. One that was moved in
   * GitLab keeps the rules of its entry. Undefined: nothing is.
   */
  readonly rulesFor: (path: string) => ProjectRules | undefined;
  /** Where trouble of the bot itself is told; undefined: in the log only. */
  readonly operationsChannel?: string | undefined;
  /** Slack user id -> GitLab username. */
  readonly identityUsers: Readonly<Record<string, string>>;
  readonly planExpiresMs: number;
  readonly pollEveryMs: number;
  readonly retention: { readonly eventsMs: number; readonly threadsMs: number; readonly operationsMs: number };
  /** `gl-` where commands are installed as `/gl-deploy`; else empty. */
  readonly commandPrefix: string;
  readonly gitlabUrl: string;
}

// ---- GitLab

/** A tag or branch and the commit it points to. */
export interface GitRef {
  readonly name: string;
  readonly sha: string;
  readonly commitTitle?: string | undefined;
}

/** A pipeline as GitLab lists it: enough to tell whether it has to be read whole. */
export interface PipelineSummary {
  readonly id: number;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
  readonly status: string;
  readonly url: string;
}

/**
 * What we read from GitLab. Reads are retried at most twice; each throws `GitLabError` when GitLab does not answer,
 * `NotFoundError` when the project is absent or hidden, `PayloadError` when the answer is not as expected.
 */
export interface GitLabReads {
  project(path: string | number): Promise<ProjectRef>;
  /** The projects of a group and of the groups below it; archived ones left out. */
  groupProjects(group: string): Promise<readonly ProjectRef[]>;
  tag(projectId: number, name: string): Promise<GitRef | undefined>;
  branch(projectId: number, name: string): Promise<GitRef | undefined>;
  commit(projectId: number, sha: string): Promise<GitRef | undefined>;
  /** Newest first by when they were made. */
  newestTags(projectId: number, limit: number): Promise<readonly GitRef[]>;
  /** Those not stopped, as of at most a minute ago: to read what people type. */
  environments(projectId: number): Promise<readonly Environment[]>;
  /** Those not stopped, asked this moment. */
  environmentsNow(projectId: number): Promise<readonly Environment[]>;
  /** By its full name, stopped or not. */
  environmentNamed(projectId: number, name: string): Promise<Environment | undefined>;
  /** Newest first. `tag` tells a tag's pipelines from those of a branch of the same name. */
  pipelinesOf(
    projectId: number,
    query: { readonly ref: string; readonly tag: boolean },
  ): Promise<readonly PipelineSummary[]>;
  pipelinesOfSha(projectId: number, sha: string): Promise<readonly PipelineSummary[]>;
  pipelinesUpdatedSince(projectId: number, since: Date): Promise<readonly PipelineSummary[]>;
  pipeline(project: ProjectRef, pipelineId: number): Promise<PipelineFacts>;
  /** The newest instance of each job, bridges left out. */
  jobs(projectId: number, pipelineId: number): Promise<readonly Job[]>;
  job(projectId: number, jobId: number): Promise<Job>;
  /** The whole log, as GitLab has it: ANSI codes, section marks and secrets included. Empty when there is none. */
  jobLog(projectId: number, jobId: number): Promise<string>;
  /** From the CI configuration at that commit; kept by sha for good. */
  ciGraph(projectId: number, sha: string): Promise<CiGraph>;
  deployment(projectId: number, deploymentId: number): Promise<Deployment>;
  deploymentsUpdatedSince(projectId: number, since: Date): Promise<readonly Deployment[]>;
  /** The newest successful deployments of an environment, newest first. */
  successfulDeployments(projectId: number, environment: string, limit: number): Promise<readonly Deployment[]>;
  /** Deployments under way (created, running or blocked are not success), newest first. */
  runningDeployments(projectId: number, environment: string): Promise<readonly Deployment[]>;
  compare(
    projectId: number,
    from: string,
    to: string,
  ): Promise<Shipment & { readonly commits: readonly CommitSummary[] }>;
  userByName(username: string): Promise<Person | undefined>;
  /** GitLab's number for the role, inherited included; 0 for somebody who is no member. Cached for 60 s. */
  accessLevel(projectId: number, userId: number): Promise<number>;
}

/** What we do in GitLab. Never repeated by the adapter; a failure says whether the deed may have happened. */
export interface GitLabWrites {
  playJob(projectId: number, jobId: number): Promise<Job>;
}

/** Reads a webhook body. */
export interface DecodeDelivery {
  (body: string): DecodedDelivery;
}

// ---- Slack

/** What Slack shows: blocks, and the whole sentence that phones and screen readers get. */
export interface SlackContent {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** A Slack user, as far as rules and cards need them. */
export interface SlackUser {
  readonly id: string;
  readonly name: string;
  /** IANA zone name. */
  readonly timezone: string;
  /** A guest, a bot or a deactivated user: may not write. */
  readonly restricted: boolean;
}

/** One call each, never repeated by the adapter; a failure is a `SlackError` with its outcome. */
export interface SlackGateway {
  post(
    message: SlackContent & {
      readonly channel: string;
      readonly threadTs: string | undefined;
      readonly broadcast: boolean;
      /** Comes back with `findPosted` after an unknown outcome. */
      readonly outboxId: string;
    },
  ): Promise<{ readonly ts: string }>;
  update(message: SlackContent & { readonly channel: string; readonly ts: string }): Promise<void>;
  postEphemeral(
    message: SlackContent & { readonly channel: string; readonly user: string; readonly threadTs: string | undefined },
  ): Promise<void>;
  respond(url: string, message: SlackContent & { readonly replaceOriginal: boolean }): Promise<void>;
  /** Looks for a message of ours by its outbox id, at or after `since`. Undefined: it was never posted. */
  findPosted(query: {
    readonly channel: string;
    readonly threadTs: string | undefined;
    readonly outboxId: string;
    readonly since: Date;
  }): Promise<string | undefined>;
  user(slackUserId: string): Promise<SlackUser>;
  /** A link that opens the message. */
  permalink(channel: string, ts: string): Promise<string>;
}

// ---- Store

/** A row of what came in. `key` makes a repeated delivery one row. */
export interface InboxRow {
  readonly id: number;
  readonly key: string;
  readonly source: 'gitlab' | 'slack' | 'internal';
  readonly body: string;
  readonly receivedAt: Date;
  readonly attempts: number;
}

/** A row as it comes in. */
export type NewInboxRow = Pick<InboxRow, 'key' | 'source' | 'body' | 'receivedAt'>;

/** Lanes in the order they are served. */
export const lanes = { answer: 0, failure: 1, deployment: 2, progress: 3 } as const;
/** How urgent a message is. */
export type Lane = keyof typeof lanes;

/**
 * How one message in a channel should look. One row per message: writing it again before it was sent replaces it,
 * afterwards it becomes an edit, so the last state is always what ends up in Slack.
 */
export interface MessageDraft extends SlackContent {
  /** Unique by meaning, e.g. `C1/pipeline:9` or `C1/pipeline:9/job:77/failed`. */
  readonly key: string;
  readonly channel: string;
  /** The key of the thread's root message; undefined for a root. */
  readonly rootKey: string | undefined;
  readonly lane: Lane;
  /** A reply that shows in the channel as well. */
  readonly broadcast?: boolean | undefined;
}

/** An answer to one person: through `response_url` (30 minutes), else as an ephemeral message. Sent once. */
export interface AnswerDraft extends SlackContent {
  readonly key: string;
  readonly to:
    | { readonly kind: 'response_url'; readonly url: string; readonly replaceOriginal: boolean }
    | {
        readonly kind: 'ephemeral';
        readonly channel: string;
        readonly user: string;
        readonly threadTs: string | undefined;
      };
}

/** An outbox row as the sender sees it. */
export interface OutboxRow extends SlackContent {
  readonly id: string;
  readonly key: string;
  readonly channel: string;
  readonly rootKey: string | undefined;
  /** The root's ts, once it was posted. */
  readonly rootTs: string | undefined;
  readonly rootDead: boolean;
  readonly lane: Lane;
  readonly broadcast: boolean;
  readonly answer: AnswerDraft['to'] | undefined;
  /** Undefined until posted; then each newer `version` is an edit. */
  readonly ts: string | undefined;
  readonly version: number;
  readonly sentVersion: number;
  readonly attempts: number;
  readonly notBefore: Date;
  /** Set before the request leaves and cleared with its result: found set, the outcome is unknown. */
  readonly sendingSince: Date | undefined;
  readonly createdAt: Date;
  readonly seq: number;
}

/** How a queue stands, for `/readyz`, `/metrics` and `doctor`. */
export interface QueueState {
  readonly waiting: number;
  readonly oldestAt: Date | undefined;
  readonly dead: number;
}

/** What came in and is still to be worked on: webhooks, input from Slack, and work that we give ourselves. */
export interface InboxTable {
  /** False when the key was there already. Inside a transaction: for work that we give ourselves. */
  add(row: NewInboxRow): Promise<boolean>;
  due(source: InboxRow['source'], now: Date, limit: number): Promise<readonly InboxRow[]>;
  done(id: number, result: string, now: Date): Promise<void>;
  retryLater(id: number, notBefore: Date, error: string): Promise<void>;
  /** Given up: kept, counted and shown, not tried again. */
  dead(id: number, error: string, now: Date): Promise<void>;
  /** When the newest webhook was received; undefined when none ever was. */
  lastReceivedAt(source: InboxRow['source']): Promise<Date | undefined>;
  state(): Promise<QueueState>;
  prune(doneBefore: Date): Promise<number>;
}

/** What Slack is to show, and how far it does. */
export interface OutboxTable {
  /** Adds the message, or changes how it should look. Unchanged content changes nothing. */
  put(message: MessageDraft, now: Date): Promise<void>;
  answer(draft: AnswerDraft, now: Date): Promise<void>;
  find(key: string): Promise<OutboxRow | undefined>;
  /** Rows with something to send and `notBefore` passed, in order of lane, then age. Dead ones are left out. */
  due(now: Date, limit: number): Promise<readonly OutboxRow[]>;
  /** The earliest `notBefore` of rows with something to send; those due at `after` already are left out. */
  nextDueAt(after?: Date): Promise<Date | undefined>;
  sending(id: string, now: Date): Promise<void>;
  sent(id: string, result: { readonly version: number; readonly ts: string | undefined }, now: Date): Promise<void>;
  retryLater(
    id: string,
    change: { readonly notBefore: Date; readonly error: string; readonly outcome: 'none' | 'unknown' },
  ): Promise<void>;
  dead(id: string, error: string, now: Date): Promise<void>;
  state(): Promise<QueueState>;
  prune(sentBefore: Date): Promise<number>;
}

/** The pipelines as folded so far, and the health of their branches. */
export interface PipelinesTable {
  find(projectId: number, pipelineId: number): Promise<Pipeline | undefined>;
  findByJob(projectId: number, jobId: number): Promise<Pipeline | undefined>;
  save(pipeline: Pipeline): Promise<void>;
  /** Those not finished, or changed since, that the poll has to look at; newest first. */
  open(projectId: number, changedSince: Date, limit: number): Promise<readonly { readonly pipelineId: number }[]>;
  branch(projectId: number, ref: string): Promise<BranchHealth | undefined>;
  saveBranch(projectId: number, health: BranchHealth): Promise<void>;
  prune(foldedBefore: Date): Promise<number>;
}

/** A thread of ours: which channel shows which pipeline, under which root message. */
export interface Thread {
  readonly channel: string;
  readonly projectId: number;
  readonly pipelineId: number;
  readonly rootKey: string;
  /** Where news goes: the same root, or that of an operation which got a fresh one. */
  readonly newsKey: string;
  readonly createdAt: Date;
}

/** Which channel shows which pipeline where. */
export interface ThreadsTable {
  find(channel: string, projectId: number, pipelineId: number): Promise<Thread | undefined>;
  ofPipeline(projectId: number, pipelineId: number): Promise<readonly Thread[]>;
  add(thread: Thread): Promise<void>;
  /** From now on news of this pipeline goes to `newsKey`. */
  redirect(thread: Thread): Promise<void>;
  /** The thread whose root has this ts, for commands typed in threads. */
  findByTs(channel: string, ts: string): Promise<Thread | undefined>;
}

/** Plans shown to people; each is claimed at most once. */
export interface PlansTable {
  add(plan: Plan): Promise<void>;
  find(id: string): Promise<Plan | undefined>;
  /** True for exactly one caller: moves an open, unexpired plan to `state`. */
  close(id: string, state: Exclude<PlanState, 'open'>, now: Date): Promise<boolean>;
  /** Ends the person's other open plans for the same project and environment. */
  replaceOthers(plan: Plan): Promise<void>;
  lapse(now: Date): Promise<number>;
  prune(createdBefore: Date): Promise<number>;
}

/** Operations under way and ended. */
export interface OperationsTable {
  /** False when another operation of that project and environment is active: the unique index is the lock. */
  add(operation: Operation): Promise<boolean>;
  find(id: string): Promise<Operation | undefined>;
  active(projectId: number, environment: string): Promise<Operation | undefined>;
  activeOfPipeline(projectId: number, pipelineId: number): Promise<readonly Operation[]>;
  /** In any state, newest first. */
  ofPipeline(projectId: number, pipelineId: number): Promise<readonly Operation[]>;
  allActive(): Promise<readonly Operation[]>;
  due(now: Date, limit: number): Promise<readonly Operation[]>;
  nextDueAt(): Promise<Date | undefined>;
  save(operation: Operation): Promise<void>;
  /** Something happened to its pipeline: look now. */
  wake(projectId: number, pipelineId: number, now: Date): Promise<number>;
  prune(endedBefore: Date): Promise<number>;
}

/** The audit: it is added to and read, never changed. */
export interface AuditTable {
  append(entry: AuditEntry): Promise<void>;
  newest(limit: number): Promise<readonly AuditEntry[]>;
}

/** Small facts that must outlive a restart: `installed_at`, `polled_at/<project id>`. */
export interface MetaTable {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** All whose name begins so, by name. */
  list(prefix: string): Promise<ReadonlyMap<string, string>>;
}

/** All tables, bound to one transaction or to none. */
export interface Tables {
  readonly inbox: InboxTable;
  readonly outbox: OutboxTable;
  readonly pipelines: PipelinesTable;
  readonly threads: ThreadsTable;
  readonly plans: PlansTable;
  readonly operations: OperationsTable;
  readonly audit: AuditTable;
  readonly meta: MetaTable;
}

/** The database, as use cases see it. */
export interface Store {
  /** Everything in `work` becomes durable together, or nothing. Only the tables handed in may be used inside. */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** For single reads outside of a transaction. */
  readonly tables: Tables;
}

/** Durable acceptance of input: concurrent rows share one commit. Resolves when the row is on disk; false: repeated. */
export interface AcceptInput {
  (row: NewInboxRow): Promise<boolean>;
}

/** The leader's lease. */
export interface Lease {
  /** Throws when we are not, or will not for `forMs`, be the leader: the write must not be begun. */
  ensure(forMs: number): Promise<void>;
}

/** Tells sleeping workers that there is something to do; costs nothing when they are awake. */
export interface Wake {
  (worker: 'inbox' | 'outbox' | 'operations'): void;
}

/** Counters for `/metrics`; names and labels are declared in `http/metrics.ts`. */
export interface Counters {
  webhook(kind: string, result: 'accepted' | 'repeated' | 'ignored' | 'malformed' | 'refused'): void;
  slackCall(method: string, result: 'ok' | 'error' | 'unknown'): void;
}

/** The part of the logger that use cases see. Message text is static; values are fields. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
