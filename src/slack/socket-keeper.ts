import type { Log } from '../app/ports.ts';
import { ConfigError, SlackError } from '../domain/errors.ts';
import { refusedTokenCodes } from './errors.ts';
import type { SocketConnection } from './socket-connection.ts';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
const REFUSED_RETRY_MS = 60_000;
/** A connection that lived as long was a good one: its loss is a new story. */
const STABLE_MS = 60_000;

/** What Slack says when a new connection would end like the old one. */
const lastingReasons: Readonly<Record<string, string>> = {
  link_disabled: "Socket Mode was switched off: switch it on again on the app's page, or remove SLACK_APP_TOKEN.",
  too_many_websockets: 'An app may have ten connections: stop other processes that use the same SLACK_APP_TOKEN.',
};

/** `refused`: Slack does not take the token any more. */
export type SocketState = 'connecting' | 'connected' | 'refused' | 'stopped';

/** Makes a connection that is not open yet. */
export type Connect = (on: {
  readonly onNotice: (reason: string) => void;
  readonly onLost: () => void;
}) => SocketConnection;

export interface SocketKeeperDeps {
  readonly connect: Connect;
  /** Resolves when what came in so far is acknowledged, or can not be any more. */
  readonly settled: () => Promise<void>;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * Keeps one connection to Slack open, for ever: the next one is opened before an announced end, and right after any
 * other. It never ends the process: GitLab's webhooks still have to be taken while Slack is away.
 */
export class SocketKeeper {
  readonly #deps: SocketKeeperDeps;
  #state: SocketState = 'connecting';
  #current: SocketConnection | undefined;
  #opening: SocketConnection | undefined;
  /** Undefined once the end of the current connection is known. */
  #openedAt: number | undefined;
  /** Since the last good connection. */
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #isPending = false;

  constructor(deps: SocketKeeperDeps) {
    this.#deps = deps;
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Resolves after the first attempt, whether it succeeded or not. Throws ConfigError when Slack refuses the token. */
  async start(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      if (isRefused(error)) throw refusedToken(error);
      this.#failed(error);
    }
  }

  /** Acknowledges what is under way, then disconnects. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    await this.#deps.settled();
    await Promise.all([this.#current, this.#opening].map(async (connection) => connection?.close()));
  }

  async #connect(): Promise<void> {
    const { connect, settled, now, log } = this.#deps;
    this.#attempts += 1;
    const connection = connect({
      onNotice: (reason) => this.#noticed(connection, reason),
      onLost: () => this.#lost(connection),
    });
    this.#opening = connection;
    try {
      await connection.open();
    } finally {
      this.#opening = undefined;
    }
    if (this.#state === 'stopped') return connection.close();
    const previous = this.#current;
    this.#current = connection;
    this.#state = 'connected';
    this.#openedAt = now().getTime();
    log.info({}, 'slack socket open');
    if (previous !== undefined) void settled().then(() => previous.close());
  }

  #noticed(connection: SocketConnection, reason: string): void {
    const { log } = this.#deps;
    const hint = lastingReasons[reason];
    // Slack closes it now, and a new one would not be better.
    if (hint !== undefined) return log.error({ reason, hint }, 'slack ends the socket');
    if (connection !== this.#current) return;
    log.info({ reason }, 'slack renews the socket');
    this.#connectLater();
  }

  #lost(connection: SocketConnection): void {
    if (connection !== this.#current) return;
    this.#current = undefined;
    if (this.#state === 'stopped') return;
    this.#state = 'connecting';
    // Otherwise Slack announced it, and the next connection is on its way.
    if (this.#openedAt !== undefined) this.#deps.log.warn({}, 'slack socket lost');
    this.#connectLater();
  }

  #connectLater(leastMs = 0): void {
    if (this.#isPending || this.#state === 'stopped') return;
    this.#isPending = true;
    if (this.#openedAt !== undefined && this.#deps.now().getTime() - this.#openedAt > STABLE_MS) this.#attempts = 0;
    this.#openedAt = undefined;
    this.#timer = setTimeout(() => void this.#attempt(), Math.max(leastMs, retryMs(this.#attempts)));
  }

  async #attempt(): Promise<void> {
    try {
      await this.#connect();
      this.#isPending = false;
    } catch (error) {
      this.#isPending = false;
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#state === 'stopped') return;
    const { log } = this.#deps;
    const refused = isRefused(error);
    if (this.#current === undefined) this.#state = refused ? 'refused' : 'connecting';
    if (refused) log.error({ err: refusedToken(error) }, 'slack socket refused');
    else log.warn({ err: error }, 'slack socket not open yet');
    const asked = error instanceof SlackError ? (error.retryAfterMs ?? 0) : 0;
    this.#connectLater(refused ? REFUSED_RETRY_MS : asked);
  }
}

/** At once the first time, since Slack ends connections as a matter of course; then more and more slowly. */
function retryMs(attempts: number): number {
  return attempts <= 1 ? 0 : Math.min(FIRST_RETRY_MS * 2 ** (attempts - 2), LAST_RETRY_MS);
}

function isRefused(error: unknown): boolean {
  if (!(error instanceof SlackError)) return false;
  return refusedTokenCodes.has(error.slackCode) || error.slackCode === 'missing_scope';
}

function refusedToken(cause: unknown): ConfigError {
  const code = cause instanceof SlackError ? cause.slackCode : 'unknown';
  const problem = {
    setting: 'SLACK_APP_TOKEN',
    problem: `Slack refuses this token (${code})`,
    mend: 'Generate an app-level token (xapp-…) with scope connections:write on the app\'s page, "Basic Information", and switch on Socket Mode there',
  };
  return new ConfigError([problem], { cause });
}
