import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver, type Logger, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { AcceptInput, Log, Wake } from '../app/ports.ts';
import { ConfigError, StoreError } from '../domain/errors.ts';
import { createBoltLogger } from './bolt-logger.ts';
import type { SlackIdentity } from './identity.ts';
import { createIntake, describeIntakeFailure, type Intake, intakeError, type SlackBody } from './intake.ts';
import { postToResponseUrl } from './respond.ts';

/** Where Slack sends commands, interactions and events. */
export const SLACK_PATH = '/slack/events';

const MAX_BODY_BYTES = 1_000_000;
/** A payload that no listener takes is answered with 404 after this time. */
const UNHANDLED_AFTER_MS = 2_900;
const ANYTHING = /.*/s;

/** What the listeners need, whichever way Slack's payloads come. */
export interface ListenerDeps {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly acceptInput: AcceptInput;
  readonly wake: Wake;
  readonly identity: Pick<SlackIdentity, 'teamId' | 'botUserId'>;
  readonly now: () => Date;
  readonly log: Log;
  /** How long storing may take before the person is told that it is slow. */
  readonly storeTimeoutMs?: number | undefined;
}

export interface SlackAppDeps extends ListenerDeps {
  readonly signingSecret: string;
}

export interface SlackApp {
  /** Answers an unread `POST /slack/events`: verifies the signature, stores, acknowledges. */
  readonly requestListener: (request: IncomingMessage, response: ServerResponse) => void;
}

interface Listening {
  readonly deps: ListenerDeps;
  readonly take: (body: SlackBody) => Promise<Intake>;
}

/**
 * Bolt without a server of its own. Each command, click, form and mention becomes an inbox row before Slack gets its
 * 200; nothing else happens here. Throws `ConfigError` for a signing secret that cannot be one.
 */
export async function createSlackApp(deps: SlackAppDeps): Promise<SlackApp> {
  const logger = createBoltLogger(deps.log);
  const receiver = createReceiver(deps, logger);
  await createListeningApp(deps, receiver, logger);
  return { requestListener: (request, response) => receiver.requestListener(request, response) };
}

/** A Bolt app that stores each payload before it acknowledges it; `receiver` brings them. */
export async function createListeningApp(deps: ListenerDeps, receiver: Receiver, logger: Logger): Promise<App> {
  const app = new App({
    receiver,
    logger,
    authorize: async () => authorization(deps),
    tokenVerificationEnabled: false,
    // Otherwise a failure at start is an unhandled rejection, which ends the process without a word.
    deferInitialization: true,
    // The default keeps every conversation in memory.
    convoStore: false,
    ignoreSelf: true,
    clientOptions: { slackApiUrl: deps.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  });
  await app.init();
  const listening: Listening = { deps, take: createIntake(deps) };
  listen(app, listening);
  storeEventsFirst(app, listening);
  return app;
}

function createReceiver({ log, signingSecret }: SlackAppDeps, logger: Logger): HTTPReceiver {
  try {
    return new HTTPReceiver({ ...receiverAnswers(log), signingSecret, logger });
  } catch (cause) {
    const problem = 'Slack requests cannot be verified with this value';
    const mend = 'Put in the "Signing Secret" that the app\'s page shows under "Basic Information"';
    throw new ConfigError([{ setting: 'SLACK_SIGNING_SECRET', problem, mend }], { cause });
  }
}

/** No `auth.test` for each event: there is one workspace and one token. */
function authorization({ botToken, identity }: ListenerDeps) {
  const { botUserId, teamId } = identity;
  return {
    botToken,
    ...(botUserId === undefined ? {} : { botUserId }),
    ...(teamId === undefined ? {} : { teamId }),
  };
}

/** What the receiver does when a payload was not acknowledged: the default leaves some of them hanging for 3 s. */
function receiverAnswers(log: Log) {
  return {
    endpoints: [SLACK_PATH],
    bodyLimit: MAX_BODY_BYTES,
    unhandledRequestTimeoutMillis: UNHANDLED_AFTER_MS,
    unhandledRequestHandler: ({ response }: { readonly response: ServerResponse }) => {
      log.warn({}, 'slack payload of an unknown type');
      if (!response.headersSent) response.writeHead(404).end();
    },
    processEventErrorHandler: async ({
      error,
      response,
    }: {
      readonly error: Error;
      readonly response: ServerResponse;
    }) => {
      if (!(error instanceof StoreError)) log.error({ err: error }, 'slack listener failed');
      // Slack repeats an event after a 503; a command or click shows its user that it failed.
      if (!response.headersSent) response.writeHead(503).end();
      return true;
    },
  };
}

function listen(app: App, listening: Listening): void {
  app.command(ANYTHING, async ({ body, ack }) => {
    const intake = await listening.take({ ...body });
    if (intake !== 'stored') {
      // Only a 200 can carry a text; any other status shows Slack's own words about a failed command.
      return ack({ response_type: 'ephemeral', text: describeIntakeFailure(intake) });
    }
    await acknowledge(listening, ack);
  });
  app.action(ANYTHING, async ({ body, ack }) => takeInteraction(listening, { ...body }, ack));
  app.view(ANYTHING, async ({ body, ack }) => takeInteraction(listening, { ...body }, ack));
  // Nothing of ours answers these yet; unacknowledged they would show an error to the person.
  app.view({ type: 'view_closed', callback_id: ANYTHING }, async ({ ack }) => ack());
  app.shortcut(ANYTHING, async ({ ack }) => ack());
  app.options(ANYTHING, async ({ ack }) => ack({ options: [] }));
  app.error(async (error) => {
    // Swallowed here, a request without an acknowledgement would hang for three seconds and end as a 404.
    throw error;
  });
}

async function takeInteraction(listening: Listening, body: SlackBody, ack: () => Promise<void>): Promise<void> {
  const intake = await listening.take(body);
  if (intake === 'stored') return acknowledge(listening, ack);
  const { response_url: url } = body;
  if (typeof url === 'string') tellFailure(listening.deps, url, intake);
  throw intakeError(intake);
}

async function acknowledge({ deps }: Listening, ack: () => Promise<void>): Promise<void> {
  try {
    await ack();
  } finally {
    // The row is there: it is worked on even if Slack no longer listens for the acknowledgement.
    deps.wake('inbox');
  }
}

/** Not awaited by anybody: the status of the request must not wait for it. */
function tellFailure({ apiUrl, log }: ListenerDeps, url: string, intake: Exclude<Intake, 'stored'>): void {
  const message = { text: describeIntakeFailure(intake), blocks: [], replaceOriginal: false };
  postToResponseUrl(url, message, { apiUrl }).catch((error: unknown) => {
    log.warn({ err: error }, 'slack user not told of a failure');
  });
}

/** Bolt acknowledges events before any listener or middleware runs (5.1), so they are stored in front of it. */
function storeEventsFirst(app: App, { deps, take }: Listening): void {
  const dispatch = app.processEvent.bind(app);
  app.processEvent = async (event: ReceiverEvent) => {
    const body: SlackBody = event.body;
    if (body['type'] === 'app_rate_limited') {
      deps.log.warn({}, 'slack holds back events');
      return event.ack();
    }
    if (!isMentionByPerson(body, deps.identity.botUserId)) return dispatch(event);
    const intake = await take(body);
    if (intake !== 'stored') throw intakeError(intake);
    await dispatch(event);
    deps.wake('inbox');
  };
}

/** Bots, ourselves included, give no orders: their mentions are not kept. */
function isMentionByPerson(body: SlackBody, botUserId: string | undefined): boolean {
  const event = body['event'];
  if (typeof event !== 'object' || event === null || !('type' in event) || event.type !== 'app_mention') return false;
  if ('bot_id' in event && typeof event.bot_id === 'string') return false;
  return !('user' in event) || event.user !== botUserId;
}
