import type { Actor } from '../domain/actor.ts';
import type { Checks } from '../domain/audit.ts';
import type { refreshEnvironmentRecord } from '../domain/environment-record.ts';
import type { Operation } from '../domain/operation.ts';
import type { Phrase } from '../domain/phrase.ts';
import type { Deed } from '../domain/plan.ts';
import type { ProjectRef, ProjectRules } from '../domain/project.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { ApprovalAnswer } from './approvals/explain-vote.ts';
import type { FlagRules, Words } from './arguments.ts';
import type { GitLabReads } from './gitlab-ports.ts';
import type { ThreadSubject } from './input/thread-subject.ts';
import type { Linking } from './links/linking.ts';
import type { Settings, SlackContent, SlackGateway } from './ports.ts';
import type { AnswerDraft, Tables } from './store-ports.ts';

/** A project that a command is about: what is configured, and what GitLab calls it. */
export interface ProjectContext {
  readonly rules: ProjectRules;
  readonly ref: ProjectRef;
}

/** What a command is handed: everything it may look at, nothing it could change. */
export interface CommandContext {
  readonly actor: Actor;
  /** A Slack guest, bot or deactivated user. */
  readonly restricted: boolean;
  /** As Slack shows the person. */
  readonly slackName: string;
  /** The person's IANA zone name. */
  readonly timezone: string;
  /** Where they can be answered again later; undefined in forms. */
  readonly answerTo?: AnswerDraft['to'] | undefined;
  /** Where it was typed or pressed. */
  readonly channel: string;
  /** What the thread is about; undefined outside of our threads. */
  readonly thread?: ThreadSubject | undefined;
  /** The project of the thread, else of the channel; undefined where there is none. */
  readonly here: ProjectRules | undefined;
  readonly settings: Settings;
  readonly gitlab: GitLabReads;
  readonly slack: Pick<SlackGateway, 'place' | 'groupMembers'>;
  /** Makes the address at which an account is linked; undefined: that is switched off. */
  readonly invite: Linking['invite'];
  readonly tables: Pick<
    Tables,
    | 'plans'
    | 'approvals'
    | 'audit'
    | 'operations'
    | 'pipelines'
    | 'outbox'
    | 'watches'
    | 'locks'
    | 'environments'
    | 'links'
    | 'meta'
  >;
  readonly now: Date;
  /** Takes secrets that we know out of a text. */
  readonly maskSecrets: (text: string) => string;
  /** The project as GitLab knows it. @throws NotFoundError, GitLabError */
  resolveProject(rules: ProjectRules): Promise<ProjectContext>;
}

/** For the audit: what a command turned out to be about. */
export interface Subject {
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly sha?: string | undefined;
  readonly pipelineId?: number | undefined;
  readonly jobId?: number | undefined;
}

/** What GitLab says of an environment, to be remembered. */
export type HeardEnvironment = Omit<Parameters<typeof refreshEnvironmentRecord>[1], 'by' | 'now'>;

/** What a command may look at while GitLab does not answer: who asks is not known either. */
export interface AwayContext {
  readonly channel: string;
  readonly settings: Settings;
  readonly tables: Pick<Tables, 'environments' | 'meta'>;
}

/** What came of a deed, decided in its transaction by what the tables said there. */
export type Acted =
  | {
      readonly kind: 'done';
      readonly card: SlackContent;
      readonly reason?: string;
      /** An operation that it ended, to be counted. */
      readonly ended?: Operation;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly noOp?: boolean };

/**
 * A deed of ours that needs no plan (watch, lock, unlock): the command reads and authorises, hands this back, and
 * run-command carries it out. A command itself never writes.
 */
export interface ImmediateDeed {
  readonly kind: 'act';
  readonly about: Subject;
  /**
   * Writes, in the one transaction that also holds answer, audit and the end of the inbox row: either all of it
   * happens, or nothing. No network in here, and what was read before may be stale: what must still be true is looked
   * at again in `tables`. Told messages go into `tables.outbox`; they are sent at once.
   */
  apply(tables: Tables, now: Date): Promise<Acted>;
  /** What it wrote is part of the settings, which are brought up to date before anything else is read. */
  readonly changesSettings?: boolean;
  /** It takes something away from the channel it is typed in, and so is done also where outsiders read. */
  readonly alsoShared?: boolean;
}

/** A word on a request for approval: no plan, and no card of its own either. */
export interface ApprovalDecision {
  readonly kind: 'decide';
  readonly about: Subject;
  readonly requestId: string;
  readonly answer: ApprovalAnswer;
  readonly words: string;
}

/**
 * What a command leads to. `planned` changes something only after somebody pressed its button, `act` at once. `reload`
 * asks run-command to read `chatops.yml` again and to say what came of it.
 */
export type CommandResult =
  | ImmediateDeed
  | ApprovalDecision
  | { readonly kind: 'reload'; readonly about: Subject }
  | {
      readonly kind: 'planned';
      readonly deed: Deed;
      readonly warnings: readonly Phrase[];
      /** How the required jobs went, and what else the pipeline found out: a line each. */
      readonly checks?: readonly Phrase[] | undefined;
      /** A gate that would have been closed and does not count for this deed: recorded with its confirmation. */
      readonly exempt?: 'exempt_freeze' | 'exempt_order' | undefined;
      /** What the gates said, for the audit. */
      readonly gates?: Checks | undefined;
      /** Nobody has to confirm it. */
      readonly atOnce?: boolean | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly about: Subject; readonly noOp?: boolean }
  | {
      readonly kind: 'answer';
      readonly card: SlackContent;
      readonly about: Subject;
      /** Kept for when GitLab is away. */
      readonly heard?: readonly HeardEnvironment[];
    };

/** One slash command: how it is called, and how its words become a result. */
export interface Command {
  /** With the slash, without the installation's prefix. */
  readonly name: `/${string}`;
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly flags: FlagRules;
  /** What the audit calls it, where that is not its name: a command may stand for others. */
  action?(words: Words): string;
  /**
   * Whether its form is opened for these words, since they are too few. Decided by the settings alone: a form is opened
   * within three seconds or never.
   */
  needsForm?(words: Words, place: { readonly channel: string; readonly settings: Settings }): boolean;
  /** @throws UsageError, GitLabError, NotFoundError; expected refusals are results. */
  run(words: Words, context: CommandContext): Promise<CommandResult>;
  /**
   * What it can say out of the store while GitLab does not answer. Nobody's rights can be asked for then, so it may tell
   * a channel only what that channel was told anyway. Undefined: nothing.
   */
  whenAway?(words: Words, context: AwayContext): Promise<Extract<CommandResult, { kind: 'answer' }> | undefined>;
}
