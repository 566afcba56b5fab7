import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver, type Logger, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { OptionGroup, SlackForms } from '../app/forms/slack-forms.ts';
import { maskContent } from '../app/messages/mask-content.ts';
import type { Log, SlackGateway, Wake } from '../app/ports.ts';
import type { AcceptInput } from '../app/store-ports.ts';
import { ConfigError, StoreError } from '../domain/errors.ts';
import { createBoltLogger } from './bolt-logger.ts';
import type { SlackIdentity } from './identity.ts';
import { createIntake, describeIntakeFailure, type Intake, intakeError, type SlackBody } from './intake.ts';
import { decodeSlackInput, decodeSuggestion } from './interactions.ts';
import { openForm } from './open-form.ts';
import { postToResponseUrl } from './respond.ts';

/** Where Slack sends commands, interactions and events. */
export const SLACK_PATH = '/slack/events';

const MAX_BODY_BYTES = 1_000_000;
/** How far a request's time may be from ours, the window that Slack names. */
const SIGNATURE_WINDOW_MS = 5 * 60_000;
/** A payload that no listener takes is answered with 404 after this time. */
const UNHANDLED_AFTER_MS = 2_900;
const ANYTHING = /.*/s;

/** What the listeners need, whichever way Slack's payloads come. */
export interface ListenerDeps {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly acceptInput: AcceptInput;
  readonly wake: Wake;
  readonly forms: SlackForms;
  readonly slack: Pick<SlackGateway, 'openView'>;
  readonly identity: Pick<SlackIdentity, 'teamId' | 'botUserId' | 'appId'>;
  readonly now: () => Date;
  /** Takes out of a text what must not be shown. */
  readonly maskSecrets: (text: string) => string;
  readonly log: Log;
  /** How long storing may take before the person is told that it is slow. */
  readonly storeTimeoutMs?: number | undefined;
}

export interface SlackAppDeps extends ListenerDeps {
  readonly signingSecret: string;
  /** The machine's own clock, which Bolt goes by too, whatever `now` says. */
  readonly wallClock: () => Date;
}

export interface SlackApp {
  /** Answers an unread `POST /slack/events`: verifies the signature, stores, acknowledges. */
  readonly requestListener: (request: IncomingMessage, response: ServerResponse) => void;
}

interface Listening {
  readonly deps: ListenerDeps;
  readonly take: (body: SlackBody, spentMs?: number) => Promise<Intake>;
}

/**
 * Bolt without a server of its own. Each command, click, form and mention becomes an inbox row before Slack gets its
 * 200; nothing else happens here. Throws `ConfigError` for a signing secret that cannot be one.
 */
export async function createSlackApp(deps: SlackAppDeps): Promise<SlackApp> {
  const logger = createBoltLogger(deps.log);
  const receiver = createReceiver(deps, logger);
  await createListeningApp(deps, receiver, logger);
  return {
    requestListener(request, response) {
      // Bolt refuses old requests only (5.1): one that is signed for later could be sent again all the time until then.
      if (isFromTheFuture(request, deps.wallClock())) response.writeHead(401).end();
      else receiver.requestListener(request, response);
    },
  };
}

function isFromTheFuture({ headers }: IncomingMessage, now: Date): boolean {
  return Number(headers['x-slack-request-timestamp']) * 1000 > now.getTime() + SIGNATURE_WINDOW_MS;
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
    const intake = await takeWithForm(listening, { ...body });
    if (intake !== 'stored') {
      // Only a 200 can carry a text; any other status shows Slack's own words about a failed command.
      return ack({ response_type: 'ephemeral', text: describeIntakeFailure(intake) });
    }
    await acknowledge(listening, ack);
  });
  app.action(ANYTHING, async ({ body, ack }) => takeInteraction(listening, { ...body }, ack));
  app.view(ANYTHING, async ({ body, ack }) => {
    const errors = errorsIn(listening.deps, { ...body });
    if (errors) return ack({ response_action: 'errors', errors: { ...errors } });
    await takeInteraction(listening, { ...body }, ack);
  });
  // A form that nobody waits for; unacknowledged it would show an error to the person.
  app.view({ type: 'view_closed', callback_id: ANYTHING }, async ({ ack }) => ack());
  app.shortcut(ANYTHING, async ({ body, ack }) => {
    // Of the two kinds only that in the menu of a message is ours.
    if (body.type !== 'message_action') return ack();
    await takeInteraction(listening, { ...body }, ack);
  });
  app.options(ANYTHING, async ({ body, ack }) => ack(await offer(listening.deps, body)));
  app.error(async (error) => {
    // Swallowed here, a request without an acknowledgement would hang for three seconds and end as a 404.
    throw error;
  });
}

async function takeInteraction(listening: Listening, body: SlackBody, ack: () => Promise<void>): Promise<void> {
  const intake = await takeWithForm(listening, body);
  if (intake === 'stored') return acknowledge(listening, ack);
  const { response_url: url } = body;
  if (typeof url === 'string') tellFailure(listening.deps, url, intake);
  throw intakeError(intake);
}

/** The form first: its trigger lives for three seconds, and nobody knows how long storing takes. */
async function takeWithForm({ deps, take }: Listening, body: SlackBody): Promise<Intake> {
  const startedAt = performance.now();
  const stored = await openForm(body, deps);
  return take(stored, performance.now() - startedAt);
}

/** What a person can mend in the form itself, without anybody being asked. */
function errorsIn({ forms, identity: { teamId, appId } }: ListenerDeps, body: SlackBody) {
  if (teamId === undefined) return undefined;
  const input = decodeSlackInput(JSON.stringify(body), teamId, appId);
  return input.kind === 'malformed' || input.kind === 'foreign' ? undefined : forms.errorsIn(input);
}

/** Slack shows nothing to choose from where it gets no answer, which is what an empty list shows too. */
async function offer({ forms, identity: { teamId }, maskSecrets, log }: ListenerDeps, body: unknown) {
  const query = teamId === undefined ? undefined : decodeSuggestion(body, teamId);
  if (!query) return { options: [] };
  try {
    const groups = await forms.options(query);
    // What is being typed is offered too, and its value stays what it is.
    return groups.length === 0 ? { options: [] } : { option_groups: maskContent(groups.map(toWire), maskSecrets) };
  } catch (error) {
    log.error({ err: error }, 'slack select not filled');
    return { options: [] };
  }
}

function toWire({ label, options }: OptionGroup) {
  return { label: plain(label), options: options.map(({ text, value }) => ({ text: plain(text), value })) };
}

function plain(text: string): { readonly type: 'plain_text'; readonly text: string } {
  return { type: 'plain_text', text };
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

/**
 * A mention, or a message to the bot alone, which needs none. Bots, ourselves included, give no orders: theirs are not
 * kept.
 */
function isMentionByPerson(body: SlackBody, botUserId: string | undefined): boolean {
  const event = body['event'];
  if (typeof event !== 'object' || event === null || !('type' in event)) return false;
  const isDirect = event.type === 'message' && 'channel_type' in event && event.channel_type === 'im';
  if (event.type !== 'app_mention' && !(isDirect && !('subtype' in event))) return false;
  if ('bot_id' in event && typeof event.bot_id === 'string') return false;
  return !('user' in event) || event.user !== botUserId;
}
