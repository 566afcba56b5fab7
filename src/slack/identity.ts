import { z } from 'zod';
import type { Log } from '../app/ports.ts';
import { ConfigError, SlackError } from '../domain/errors.ts';
import { createSlackClient, type OnSlackCall, readReply } from './client.ts';
import { refusedTokenCodes } from './errors.ts';

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

const AuthTest = z.object({
  team_id: z.string(),
  user_id: z.string(),
  user: z.string().optional(),
  url: z.string().optional(),
  bot_id: z.string().optional(),
});

const BotInfo = z.object({ bot: z.object({ app_id: z.string() }) });

/** Who we are in Slack. All undefined until Slack has answered once. */
export interface SlackIdentity {
  readonly teamId: string | undefined;
  readonly botUserId: string | undefined;
  /** The app that the token belongs to; undefined also where Slack does not say it. */
  readonly appId: string | undefined;
  /** The name that people mention, without the `@`. */
  readonly botName: string | undefined;
  /**
   * Asks once, and goes on asking in the background while Slack is away. Throws `ConfigError` when Slack refuses
   * the token.
   */
  start(): Promise<void>;
  stop(): void;
}

export interface SlackIdentityOptions {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly now: () => Date;
  readonly log: Log;
  /** Told when the token turns out to be refused after `start` has returned. */
  readonly onRefused: (error: ConfigError) => void;
  readonly onCall?: OnSlackCall | undefined;
  readonly firstRetryMs?: number | undefined;
}

/** Asks `auth.test` once for the workspace and the bot's user, instead of once for each event. */
export function createSlackIdentity(options: SlackIdentityOptions): SlackIdentity {
  const call = createSlackClient(options);
  let known: z.infer<typeof AuthTest> | undefined;
  let appId: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function ask(retryMs: number): Promise<void> {
    try {
      known = readReply(AuthTest, await call('auth.test', {}), 'auth.test');
      appId ??= await askApp(known.bot_id);
      options.log.info({ team: known.team_id, bot_user: known.user_id }, 'slack identity known');
    } catch (error) {
      if (error instanceof SlackError && refusedTokenCodes.has(error.slackCode)) throw refusedToken(error);
      options.log.warn({ err: error, retry_ms: retryMs }, 'slack identity not known yet');
      if (!isStopped) askLater(retryMs);
    }
  }

  /** Signature and socket are of one app anyway, so that a bot which cannot learn its app's id goes on without. */
  async function askApp(botId: string | undefined): Promise<string | undefined> {
    if (botId === undefined) return undefined;
    try {
      return readReply(BotInfo, await call('bots.info', { bot: botId }), 'bots.info').bot.app_id;
    } catch (error) {
      options.log.warn({ err: error }, 'slack app id not known');
      return undefined;
    }
  }

  function askLater(retryMs: number): void {
    timer = setTimeout(() => {
      ask(Math.min(retryMs * 2, LAST_RETRY_MS)).catch((error: unknown) => {
        if (error instanceof ConfigError) options.onRefused(error);
        else options.log.error({ err: error }, 'slack identity failed');
      });
    }, retryMs);
    timer.unref();
  }

  return {
    get teamId() {
      return known?.team_id;
    },
    get botUserId() {
      return known?.user_id;
    },
    get appId() {
      return appId;
    },
    get botName() {
      return known?.user;
    },
    start: () => ask(options.firstRetryMs ?? FIRST_RETRY_MS),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function refusedToken(cause: SlackError): ConfigError {
  const problem = {
    setting: 'SLACK_BOT_TOKEN',
    problem: `Slack refuses this token (${cause.slackCode})`,
    mend: 'Put in the "Bot User OAuth Token" (xoxb-…) that the app\'s page shows under "OAuth & Permissions"',
  };
  return new ConfigError([problem], { cause });
}
