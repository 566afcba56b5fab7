import type { EndedDeployment } from '../domain/ended-deployment.ts';
import type { FreezePeriod } from '../domain/freeze.ts';
import type { Operation, OperationState } from '../domain/operation.ts';
import type { ProjectRules } from '../domain/project.ts';
import type { WatchdogRules } from '../domain/watchdog.ts';
import type { SlackView } from './forms/slack-forms.ts';
import type { FormPlace } from './input/slack-input.ts';

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
  /** Slack users who may do everywhere what maintainers may, as far as the bot's own affairs go. */
  readonly operationsAdmins: readonly string[];
  /** Slack users who may override our approvals, freezes and order, beside maintainers. */
  readonly operationsEmergency: readonly string[];
  /** Where the entry of a project stands: `chatops.yml line 12`. */
  readonly placeOf: (path: string) => string;
  /** Slack user id -> GitLab username. */
  readonly identityUsers: Readonly<Record<string, string>>;
  /** Whom neither a linked account nor `identityUsers` names is found by their confirmed e-mail address. */
  readonly identityEmail: boolean;
  readonly planExpiresMs: number;
  readonly pollEveryMs: number;
  /** What is told by itself when it goes on for too long. */
  readonly watchdog: WatchdogRules;
  readonly retention: { readonly eventsMs: number; readonly threadsMs: number; readonly operationsMs: number };
  readonly freezes: FreezeCalendar;
  /** `gl-` where commands are installed as `/gl-deploy`; else empty. */
  readonly commandPrefix: string;
  readonly gitlabUrl: string;
}

/** Reads freezes as they are written down. */
export interface FreezeCalendar {
  /** When the freeze that holds at `now` began and ends; undefined when none does. */
  at(period: FreezePeriod, now: Date): { readonly from: Date; readonly to: Date } | undefined;
  /** Why it cannot be read; undefined: it can. */
  problem(period: FreezePeriod): string | undefined;
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
  /**
   * Confirmed, and of a full member of our workspace; undefined: Slack says none of that, or the app has no scope for it.
   * Never to be shown or logged.
   */
  readonly email?: string | undefined;
}

/** A place where people write, as far as rules need it. */
export interface SlackPlace {
  readonly id: string;
  readonly name: string;
  /** `direct`: between a few people, by name; nobody can be invited or look it up. */
  readonly kind: 'channel' | 'direct';
  /** With another workspace or company, now or as soon as they accept (Slack Connect). */
  readonly shared: boolean;
  readonly isMember: boolean;
}

/** One call each, never repeated by the adapter; a failure is a `SlackError` with its outcome. */
export interface SlackGateway {
  openView(opened: {
    readonly triggerId: string;
    readonly externalId: string;
    readonly view: SlackView;
    readonly place: FormPlace;
  }): Promise<void>;
  /** False: the person has closed the form, or it has changed since `hash`. */
  updateView(updated: {
    readonly which: { readonly externalId: string } | { readonly viewId: string; readonly hash: string };
    readonly view: SlackView;
    readonly place: FormPlace;
  }): Promise<boolean>;
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
  /** The member who has confirmed the address, as of at most a minute ago; undefined: nobody. */
  userByEmail(address: string): Promise<SlackUser | undefined>;
  /** The members of a user group (`S…`), as of at most a minute ago. None where there is no such group. */
  groupMembers(userGroup: string): Promise<readonly string[]>;
  /** Undefined where there is none, or it is private and the bot is not in it. */
  place(channel: string): Promise<SlackPlace | undefined>;
  /**
   * Whether people of another workspace or company read there, as of at most a minute ago. What Slack does not let us
   * look into counts as not shared: conversations of a few people, and private channels without the bot.
   */
  isShared(channel: string): Promise<boolean>;
  /** A link that opens the message. */
  permalink(channel: string, ts: string): Promise<string>;
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
  /** A deployment that ended, whoever started it. */
  deployment(ended: EndedDeployment): void;
  /** An operation that ended. */
  operation(kind: Operation['kind'], outcome: Exclude<OperationState, 'active'>): void;
}

/** The part of the logger that use cases see. Message text is static; values are fields. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
