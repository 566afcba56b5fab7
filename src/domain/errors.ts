/** What every failure of ours carries. Denied, locked and frozen are refusals (values), not errors. */
export interface AppErrorOptions {
  /** One thing to do about it, naming the setting or the page; ends up in front of people. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The base of our errors: a stable `code`, a `hint` that says what to do, and whether trying again can help. */
export abstract class AppError extends Error {
  abstract readonly code: string;
  readonly hint: string;
  readonly retryable: boolean = false;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint ?? '';
  }
}

/** One thing wrong with the configuration. `setting` is the name as written (`SLACK_BOT_TOKEN`, `projects[0].channels`). */
export interface ConfigProblem {
  readonly setting: string;
  readonly problem: string;
  readonly mend: string;
}

/** The configuration cannot be used; carries all problems at once. Ends the process with exit code 78. */
export class ConfigError extends AppError {
  readonly code = 'config';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options: AppErrorOptions = {}) {
    super(problems.map((p) => `${p.setting}: ${p.problem}. ${p.mend}`).join('\n'), options);
    this.problems = problems;
  }
}

/** Text from a person that we cannot read as a command. */
export class UsageError extends AppError {
  readonly code = 'usage';
}

/** Absent in GitLab, or hidden from the token that asked (GitLab answers 404 for both). */
export class NotFoundError extends AppError {
  readonly code = 'not_found';
}

/** JSON from outside that does not have the expected shape. */
export class PayloadError extends AppError {
  readonly code = 'payload';
}

/** `none`: the deed certainly did not happen. `unknown`: a timeout, reset or 5xx; look before trying again. */
export type WriteOutcome = 'none' | 'unknown';

/** GitLab refused, failed or could not be reached. Never carries headers or tokens. */
export class GitLabError extends AppError {
  readonly code = 'gitlab';
  /** HTTP status, or 0 when there was no answer. */
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly outcome: WriteOutcome;
  override readonly retryable: boolean;

  constructor(
    message: string,
    facts: {
      readonly status: number;
      readonly method: string;
      readonly path: string;
      readonly outcome: WriteOutcome;
      readonly requestId?: string | undefined;
      readonly retryAfterMs?: number | undefined;
    },
    options: AppErrorOptions = {},
  ) {
    super(message, options);
    this.status = facts.status;
    this.method = facts.method;
    this.path = facts.path;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
    this.outcome = facts.outcome;
    this.retryable = facts.status === 0 || facts.status === 429 || facts.status >= 500;
  }
}

/** Whether GitLab failed, has not what was asked for, or says what we cannot read; anything else is not GitLab's. */
export function isOfGitLab(error: unknown): error is GitLabError | NotFoundError | PayloadError {
  return error instanceof GitLabError || error instanceof NotFoundError || error instanceof PayloadError;
}

/**
 * A person's own GitLab token cannot be used. Unless `retryable` (it is being renewed this moment), they have to link
 * their account again; whatever it was meant for was not done.
 */
export class LinkError extends AppError {
  readonly code = 'link_broken';
  override readonly retryable: boolean;

  constructor(message: string, { retryable }: { readonly retryable: boolean }) {
    super(message, { hint: retryable ? 'Try again in a moment.' : 'Type /chatops link to link it again.' });
    this.retryable = retryable;
  }
}

/** Slack refused, failed or could not be reached. `slackCode` is Slack's error code, or `http_429`, `timeout`, … */
export class SlackError extends AppError {
  readonly code = 'slack';
  readonly slackCode: string;
  readonly retryAfterMs: number | undefined;
  readonly outcome: WriteOutcome;
  override readonly retryable: boolean;
  /** The whole channel takes no messages of ours: it is gone, archived, without the bot, or restricted. */
  readonly closesChannel: boolean;

  constructor(
    message: string,
    facts: {
      readonly slackCode: string;
      readonly outcome: WriteOutcome;
      readonly retryable: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly closesChannel?: boolean | undefined;
    },
    options: AppErrorOptions = {},
  ) {
    super(message, options);
    this.closesChannel = facts.closesChannel ?? false;
    this.slackCode = facts.slackCode;
    this.outcome = facts.outcome;
    this.retryable = facts.retryable;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Grafana or the mail server refused, failed or could not be reached. Never carries tokens or passwords. */
export class OutsideError extends AppError {
  readonly code = 'outside';
  /** Whom we called. */
  readonly service: 'Grafana' | 'the mail server';
  override readonly retryable: boolean;

  constructor(
    message: string,
    facts: { readonly service: OutsideError['service']; readonly retryable: boolean },
    options: AppErrorOptions = {},
  ) {
    super(message, options);
    this.service = facts.service;
    this.retryable = facts.retryable;
  }
}

/** The database cannot be read or written, or another process holds it. */
export class StoreError extends AppError {
  readonly code = 'store';
}

/** A mistake of ours: something that cannot be, is. */
export class InvariantError extends AppError {
  readonly code = 'invariant';
}
