import { randomBytes, randomUUID } from 'node:crypto';
import { commands } from '../commands/index.ts';
import { createForms } from './app/forms/forms.ts';
import { type CommandRate, createCommandRate } from './app/input/command-rate.ts';
import { deliverMessage } from './app/messages/deliver-message.ts';
import { heldChannels } from './app/messages/held-channel.ts';
import { createPace, type Pace } from './app/messages/pace.ts';
import { advanceOperation } from './app/operations/advance-operation.ts';
import { markInstalled } from './app/pipelines/history.ts';
import { catchUp, poll, wasAway } from './app/pipelines/reconcile.ts';
import type { Checkpoint, Clock } from './app/ports.ts';
import { createDiscovery } from './app/projects/discover-projects.ts';
import { createLiveSettings } from './app/projects/live-settings.ts';
import { recordConfig } from './app/projects/reload-config.ts';
import { sweep } from './app/sweep.ts';
import { freezeAt, freezeProblem } from './config/freeze-calendar.ts';
import type { Config } from './config/load.ts';
import type { ConfigError } from './domain/errors.ts';
import { decodeDelivery } from './gitlab/decode-delivery.ts';
import { createGitLabGateway } from './gitlab/gateway.ts';
import { deliveryKey, verifyDelivery } from './gitlab/verify-delivery.ts';
import { createGitLabWebhook } from './http/gitlab-webhook.ts';
import { createHealth } from './http/health.ts';
import { createLinkRoutes } from './http/link-account.ts';
import { createMetrics } from './http/metrics.ts';
import { createHttpServer, type HttpServer, type Route } from './http/server.ts';
import { refuseSlackEvents } from './http/slack-events.ts';
import { createLog, createMask } from './log/log.ts';
import { createAlsoTell } from './monitoring/also-tell.ts';
import { createChecks } from './monitoring/checks.ts';
import { createSlackApp } from './slack/app.ts';
import { createDecodeSlackInput } from './slack/decode-input.ts';
import { createSlackGateway } from './slack/gateway.ts';
import { createSlackIdentity } from './slack/identity.ts';
import { createSlackSocket } from './slack/socket.ts';
import type { SocketKeeper } from './slack/socket-keeper.ts';
import type { OpenStore } from './store/open-store.ts';
import { createLinkingParts } from './wire/linking.ts';
import { reportReadiness } from './wire/readiness.ts';
import { openStore } from './wire/store.ts';
import { backlogDone } from './workers/backlog.ts';
import { holderLabel, isGone, newHolderId } from './workers/holder.ts';
import { startInboxWorkers } from './workers/inbox-workers.ts';
import { type Leader, startLeader } from './workers/leader.ts';
import { startOperationWorker } from './workers/operation-worker.ts';
import { startOutboxWorker } from './workers/outbox-worker.ts';
import { createPressedInput } from './workers/pressed-input.ts';
import { startTimer } from './workers/timer.ts';
import { createWakes } from './workers/wakes.ts';
import { startWatchdogs } from './workers/watchdogs.ts';
import { withinMs } from './workers/within.ts';

/** The whole bot, ready to be started once. */
export interface Program {
  /**
   * Resolves when it is ready, with the port taken. GitLab or Slack being away does not keep it from starting.
   * @throws ConfigError when Slack refuses the token; StoreError when the database cannot be used.
   */
  start(): Promise<{ readonly port: number }>;
  /** Takes nothing new, ends what is under way, keeps the rest for the next start. */
  stop(): Promise<void>;
  /** Reads `chatops.yml` now, as SIGHUP asks; a file with any problem changes nothing. */
  reload(): Promise<void>;
}

export interface ProgramOptions {
  readonly config: Config;
  /** Told when the program cannot go on, e.g. because Slack refused the token later. */
  readonly onFatal: (error: Error) => void;
  /** For tests that stop the program at a named point. */
  readonly checkpoint?: Checkpoint | undefined;
  readonly clock?: Clock | undefined;
  /** Default: Slack's limits. */
  readonly pace?: Pace | undefined;
  /** Default: what people are allowed. */
  readonly commandRate?: CommandRate | undefined;
}

const freezes = { at: freezeAt, problem: freezeProblem };
const sweepEveryMs = 60_000;

/** How often the content of `chatops.yml` is looked at. Watching it would miss mounted files and editors that rename. */
const lookAtConfigEveryMs = 1_000;

/** What a form offers in a process that does not lead may be as old as this. */
const refreshEveryMs = 5_000;

/** A poll before the backlog is worth waiting for, but not for long. */
const catchUpLimitMs = 15_000;

/** Builds every adapter once and hands it to the use cases. */
export function createProgram(options: ProgramOptions): Program {
  let running: Awaited<ReturnType<typeof startProgram>> | undefined;
  return {
    async start() {
      const started = await startProgram(options);
      running = started;
      return { port: started.port };
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
    async reload() {
      await running?.reload();
    },
  };
}

type Parts = Awaited<ReturnType<typeof createParts>>;

async function startProgram(options: ProgramOptions): Promise<{
  readonly port: number;
  readonly stop: () => Promise<void>;
  readonly reload: () => Promise<void>;
}> {
  const parts = await createParts(options);
  const { store, identity, log } = parts;
  let leader: Leader | undefined;
  let server: HttpServer | undefined;
  let socket: SocketKeeper | undefined;
  let timers: readonly ReturnType<typeof startTimer>[] = [];
  const state = { started: false };
  const stop = async (): Promise<void> => {
    await Promise.all([socket?.stop(), server?.stop()]);
    identity.stop();
    await Promise.all(timers.map((timer) => timer.stop()));
    await leader?.stop();
    await store.close();
    log.info({}, 'stopped');
  };
  try {
    await identity.start();
    await markInstalled(store.tables, parts.clock.now());
    await parts.reseal();
    await recordConfig(store, options.config.hash, parts.clock.now());
    const isShared = store.sharing !== undefined;
    leader = await startLeader({ ...parts, isGone, isShared, lead: () => lead(parts) });
    const slack = await createSlackEntry(parts);
    socket = slack.socket;
    server = await createServer(parts, state, slack);
    const { port } = await server.start();
    await socket?.start();
    state.started = true;
    log.info({ port, projects: parts.settings().projects.length }, 'ready');
    timers = startSettingsTimers(parts);
    return { port, stop, reload: async () => void (await parts.configReload.now()) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Keeps the settings up to date with `chatops.yml`, and with what other processes of the store changed. */
function startSettingsTimers({ configReload, store, refreshSettings, knownProjects, log }: Parts) {
  const look = startTimer('config', () => lookAtConfigEveryMs, { work: () => configReload.look(), log });
  if (!store.sharing) return [look];
  const work = async (): Promise<void> => {
    await refreshSettings();
    await knownProjects.load();
  };
  return [look, startTimer('settings', () => refreshEveryMs, { work, log })];
}

async function createParts(options: ProgramOptions) {
  const {
    config,
    onFatal,
    checkpoint = () => undefined,
    clock = { now: () => new Date() },
    pace = createPace(),
    commandRate = createCommandRate(),
  } = options;
  const { settings: environment, secrets } = config;
  const now = (): Date => clock.now();
  const log = createLog({ level: environment.logLevel, secrets });
  const mask = createMask(secrets);
  const store = await openStore(environment.database, { now, maskSecrets: mask, log });
  const wakes = createWakes(store.sharing?.wakeLeader);
  const live = createLiveSettings({
    config,
    fixed: { commandPrefix: environment.commandPrefix, gitlabUrl: environment.gitlabUrl, freezes },
    maskSecrets: mask,
    store,
    clock,
    wake: wakes.wake,
    log,
  });
  const metrics = createMetrics({
    queues: async () => ({ inbox: await store.tables.inbox.state(), outbox: await store.tables.outbox.state() }),
    channelsHeld: async () => (await heldChannels(store.tables.meta)).size,
    environments: () => store.tables.environments.ofProduction(),
    now,
    log,
  });
  const { slackBotToken: botToken, slackApiUrl: apiUrl } = environment;
  const slackOptions = { botToken, apiUrl, now, onCall: metrics.slackCall };
  const gitlabOptions = { url: environment.gitlabUrl, now, onCall: metrics.gitlabCall };
  const identity = createSlackIdentity({ ...slackOptions, log, onRefused: (error: ConfigError) => onFatal(error) });
  return {
    environment,
    maskSecrets: mask,
    clock,
    log,
    store,
    ...createPressedInput(store.acceptInput, () => performance.now()),
    ...live,
    metrics,
    counters: metrics,
    identity,
    checkpoint,
    pace,
    commandRate,
    commands,
    also: createAlsoTell(environment),
    slack: createSlackGateway({ ...slackOptions, teamId: () => identity.teamId, maskSecrets: mask }),
    gitlab: createGitLabGateway({ ...gitlabOptions, token: environment.gitlabToken }),
    ...createLinkingParts(environment, { ...live, ...wakes, store, clock, log, gitlab: gitlabOptions }),
    ...createLease(store),
    ...createChecks(environment.prometheusUrl),
    newId: createNewId(clock),
    ...wakes,
  };
}

function createLease(store: OpenStore) {
  const holder = newHolderId(process.pid, randomUUID());
  return { holder, lease: store.lease({ holder, holderLabel: holderLabel(process.pid) }) };
}

/** Sortable by time, and not to be guessed. */
function createNewId(clock: Clock): () => string {
  return () => `${clock.now().getTime().toString(36)}-${randomBytes(9).toString('base64url')}`;
}

/** Everything that only the leader does. */
async function lead(all: Parts): Promise<{ stop(): Promise<void> }> {
  const parts = { ...all, store: all.store.ledBy(all.holder) };
  const { log, settings, loops } = parts;
  await parts.refreshSettings();
  await parts.knownProjects.load();
  if (await wasAway(parts)) await withinMs(catchUp(parts), catchUpLimitMs);
  const inbox = startInboxWorkers({
    ...parts,
    decodeDelivery,
    decodeSlackInput: createDecodeSlackInput(parts.identity),
  });
  const deliverDeps = { ...parts, random: Math.random };
  const outbox = startOutboxWorker({ ...parts, deliver: (row) => deliverMessage(row, deliverDeps) });
  const operations = startOperationWorker({ ...parts, advance: (id) => advanceOperation(id, parts) });
  loops.set('inbox', inbox).set('outbox', [outbox]).set('operations', [operations]);
  // Only while there are workers to be woken: a wake that finds none is handed to whoever leads.
  const others = all.store.sharing?.listen(parts.wake);
  const timers = [
    startTimer('poll', () => settings().pollEveryMs, { work: () => backlogDone(parts).then(() => poll(parts)), log }),
    startTimer('projects', () => lookAtConfigEveryMs, { work: createDiscovery(parts), log }),
    ...startWatchdogs(parts),
    startTimer('sweep', () => sweepEveryMs, { work: () => sweep(parts), log }),
  ];
  return {
    async stop() {
      await others?.stop();
      loops.clear();
      await Promise.all([...timers, ...inbox, outbox, operations].map((worker) => worker.stop()));
    },
  };
}

/** The way in for what people do in Slack: a socket that we open, or the route that Slack calls. */
interface SlackEntry {
  readonly socket: SocketKeeper | undefined;
  readonly handle: Route['handle'];
}

async function createSlackEntry(parts: Parts): Promise<SlackEntry> {
  const { environment, acceptInput, log, clock, wake, identity, slack, maskSecrets } = parts;
  const { slackBotToken: botToken, slackApiUrl: apiUrl, slackAppToken: appToken, slackSigningSecret } = environment;
  const now = (): Date => clock.now();
  const forms = createForms(parts);
  const deps = { botToken, apiUrl, acceptInput, wake, forms, slack, identity, now, maskSecrets, log };
  if (appToken !== undefined) {
    const socket = await createSlackSocket({ ...deps, appToken });
    parts.metrics.watchSocket(socket);
    return { socket, handle: refuseSlackEvents };
  }
  const app = await createSlackApp({ ...deps, signingSecret: slackSigningSecret ?? '', wallClock: () => new Date() });
  return { socket: undefined, handle: app.requestListener };
}

async function createServer(
  parts: Parts,
  state: { readonly started: boolean },
  slack: SlackEntry,
): Promise<HttpServer> {
  const { environment, store, log, metrics, wake } = parts;
  const now = (): Date => parts.clock.now();
  const proof = { secret: environment.gitlabWebhookSecret, signingTokens: environment.gitlabSigningTokens ?? [] };
  const webhook = createGitLabWebhook({
    verify: (headers, body) => verifyDelivery({ headers, body, proof, now: now() }),
    deliveryKey,
    acceptInput: parts.acceptInput,
    wake,
    now,
    count: metrics.webhook,
    log,
  });
  const health = createHealth({
    isStarted: () => state.started,
    checkStore: () => store.tables.meta.set('checked_at', String(now().getTime())),
    report: () => reportReadiness(parts, slack.socket),
    log,
  });
  return createHttpServer({
    host: environment.host,
    port: environment.port,
    log,
    routes: [
      { method: 'POST', path: '/slack/events', handle: slack.handle },
      { method: 'POST', path: '/gitlab/webhook', handle: webhook },
      { method: 'GET', path: '/healthz', handle: health.live },
      { method: 'GET', path: '/readyz', handle: health.ready },
      { method: 'GET', path: '/metrics', handle: metrics.serve },
      ...linkRoutes(parts),
    ],
  });
}

/** Nobody finds the pages where linking is switched off. */
function linkRoutes({ linkAccount, environment, log }: Parts): readonly Route[] {
  const { publicUrl, gitlabUrl, commandPrefix } = environment;
  if (!linkAccount || !publicUrl) return [];
  return createLinkRoutes({ linkAccount, publicUrl, gitlabUrl, commandPrefix, log });
}
