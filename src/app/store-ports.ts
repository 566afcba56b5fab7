import type { Actor } from '../domain/actor.ts';
import type { ApprovalRequest, RequestState, Vote } from '../domain/approval.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { EnvironmentRecord } from '../domain/environment-record.ts';
import type { Lock } from '../domain/lock.ts';
import type { Operation } from '../domain/operation.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Plan, PlanState } from '../domain/plan.ts';
import type { Review } from '../domain/review.ts';
import type { BranchHealth } from '../domain/thread.ts';
import type { GitLabWait, Wait } from '../domain/wait.ts';
import type { Watch } from '../domain/watch.ts';
import type { LinkAttemptsTable, LinksTable } from './links/link-ports.ts';
import type { SlackContent } from './ports.ts';

/** A row of what came in. `key` makes a repeated delivery one row. */
export interface InboxRow {
  readonly id: number;
  readonly key: string;
  /** `internal`: work that we give ourselves; `outside`: what Grafana and mail are told. */
  readonly source: 'gitlab' | 'slack' | 'internal' | 'outside';
  readonly body: string;
  readonly receivedAt: Date;
  readonly attempts: number;
}

/** A row as it comes in. One whose `receivedAt` is still to come is worked on then. */
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
  /** Work in several steps: what it has come to, and when it goes on. No failure, so it does not count as one. */
  goOn(id: number, body: string, notBefore: Date): Promise<void>;
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
  /** The tag's own pipelines, newest first; those that another pipeline triggered are left out. */
  ofTag(projectId: number, tag: string): Promise<readonly Pipeline[]>;
  save(pipeline: Pipeline): Promise<void>;
  /** The pipelines that this one triggered, by id. */
  downstreamOf(projectId: number, pipelineId: number): Promise<readonly Pipeline[]>;
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
  /** The person's open plans that have not expired, oldest first. */
  openOf(slackUserId: string, now: Date): Promise<readonly Plan[]>;
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
  /** Of everything, or of a project or one of its environments. */
  newest(limit: number, about?: Pick<AuditEntry, 'project' | 'environment'>): Promise<readonly AuditEntry[]>;
  /** The newest entry's place in the chain: see `auditHead`. Undefined: nothing is recorded yet. */
  head(): Promise<string | undefined>;
}

/** Which channels people added to which projects. */
export interface WatchesTable {
  all(): Promise<readonly Watch[]>;
  find(channel: string, project: string): Promise<Watch | undefined>;
  /** Adds it, or changes the one of that channel and project. */
  put(watch: Watch): Promise<void>;
  /** False when there was none. */
  remove(channel: string, project: string): Promise<boolean>;
}

/** The locks, lapsed ones included until they were swept. At most one per environment, and one per whole project. */
export interface LocksTable {
  /** Of its environments, and of the whole; where a person and the bot have one in the same place, the person's first. */
  ofProject(projectId: number): Promise<readonly Lock[]>;
  find(id: string): Promise<Lock | undefined>;
  all(): Promise<readonly Lock[]>;
  lapsed(now: Date): Promise<readonly Lock[]>;
  /**
   * True for exactly one caller: takes what is free, or replaces the lock of that id in the same place. False: another
   * lock is there, or not that one any more. In one place the bot can have a lock beside a person's.
   */
  take(lock: Lock, replaces: string | undefined): Promise<boolean>;
  /** False: that very lock is gone; a newer one stays. */
  release(id: string): Promise<boolean>;
  /** Remembers when its holder was reminded; false: that very lock is gone. */
  nagged(lock: Lock, at: Date): Promise<boolean>;
}

/** Who waits for an environment to be free: each person once for each. */
export interface WaitsTable {
  all(): Promise<readonly Wait[]>;
  /** Adds it, or changes what the person would type again. */
  put(wait: Wait): Promise<void>;
  /** True for exactly one caller. */
  remove(wait: Pick<Wait, 'project' | 'environment' | 'slackUserId'>): Promise<boolean>;
}

/** Who waits for GitLab to answer again: each person once for each command. */
export interface GitLabWaitsTable {
  all(): Promise<readonly GitLabWait[]>;
  /** Adds it, or changes where the person is told. */
  put(wait: GitLabWait): Promise<void>;
  /** True for exactly one caller. */
  remove(wait: Pick<GitLabWait, 'slackUserId' | 'line'>): Promise<boolean>;
}

/** Requests for approval, each with what people have said to it. */
export interface ApprovalsTable {
  add(request: ApprovalRequest): Promise<void>;
  find(id: string): Promise<ApprovalRequest | undefined>;
  ofOperation(operationId: string): Promise<readonly ApprovalRequest[]>;
  /** Those that wait for people, or for their job to be started; oldest first. */
  undecided(): Promise<readonly ApprovalRequest[]>;
  /** True for exactly one caller: changes the request, but for its votes, unless its state is `from` no more. */
  save(request: ApprovalRequest, from: RequestState): Promise<boolean>;
  /** Adds the person's word, or replaces the one that they gave. */
  vote(requestId: string, vote: Vote): Promise<void>;
  /** False: there was none of this person. */
  withdraw(requestId: string, voter: Actor): Promise<boolean>;
  prune(createdBefore: Date): Promise<number>;
}

/** Overrides that somebody else is to look at. */
export interface ReviewsTable {
  add(review: Review): Promise<void>;
  find(id: string): Promise<Review | undefined>;
  /** Those that are late, and of which nobody was reminded. */
  due(now: Date): Promise<readonly Review[]>;
  save(review: Review): Promise<void>;
  prune(madeBefore: Date): Promise<number>;
}

/** What was last heard of each environment. */
export interface EnvironmentsTable {
  find(projectId: number, environment: string): Promise<EnvironmentRecord | undefined>;
  ofProject(projectId: number): Promise<readonly EnvironmentRecord[]>;
  /** Those of tier production, of all projects. */
  ofProduction(): Promise<readonly EnvironmentRecord[]>;
  /** Adds it, or replaces the one of that project and name. */
  save(record: EnvironmentRecord): Promise<void>;
  prune(heardBefore: Date): Promise<number>;
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
  readonly watches: WatchesTable;
  readonly environments: EnvironmentsTable;
  readonly locks: LocksTable;
  readonly waits: WaitsTable;
  readonly gitlabWaits: GitLabWaitsTable;
  readonly reviews: ReviewsTable;
  readonly links: LinksTable;
  readonly approvals: ApprovalsTable;
  readonly linkAttempts: LinkAttemptsTable;
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
