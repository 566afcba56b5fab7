import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keepAlive } from '../keep-alive.ts';
import { type ActorDeps, type CommandInput, typeCommand } from './commands.ts';
import type { SlackServer, SlackServerOptions } from './contract.ts';
import { createControl } from './control.ts';
import { createDeliver } from './deliver.ts';
import { type MentionInput, mentionApp, openHome, say } from './events.ts';
import { createFaults } from './faults.ts';
import { handleRequest } from './http-edge.ts';
import {
  type ClickInput,
  type ClickViewInput,
  clickEphemeral,
  clickMessage,
  clickView,
  type ShortcutInput,
  useShortcut,
} from './interactions.ts';
import { closeView, type SubmitInput, type SuggestInput, submitView, suggest } from './modals.ts';
import { createRateLimits } from './rate-limits.ts';
import { createWorkspace } from './seed.ts';
import { createSocketEdge, type SocketEdge } from './sockets.ts';
import { viewsOf } from './views.ts';
import { createWebApi, type RecordedCall } from './web-api.ts';
import type { SandboxChannel, SandboxUser } from './workspace.ts';

export type { SlackServer, SlackServerOptions } from './contract.ts';
export type { Delivery } from './deliver.ts';
export type { RecordedCall } from './web-api.ts';
export type { SandboxEphemeral, SandboxMessage, SandboxView } from './workspace.ts';

/** The bot scopes of the project's manifest. */
const DEFAULT_SCOPES: readonly string[] = [
  'commands',
  'chat:write',
  'users:read',
  'im:write',
  'im:read',
  'im:history',
  'app_mentions:read',
  'usergroups:read',
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
];

/** A Slack workspace on loopback, seeded with a small company, that is never kinder than the real one. */
export function createSlackServer(options: SlackServerOptions = {}): SlackServer {
  const workspace = createWorkspace();
  const now = options.now ?? (() => new Date());
  const signingSecret = options.signingSecret ?? 'sandbox-signing-secret';
  const botToken = options.botToken ?? 'xoxb-sandbox';
  const appToken = options.appToken ?? 'xapp-sandbox';
  const faults = createFaults();
  const calls: RecordedCall[] = [];
  const stopped = new AbortController();
  const address: Address = { url: '', requestUrl: undefined };
  const { changed, onChange } = createListeners();
  const shared = { workspace, now, faults, calls, changed };
  const sockets = createSocketEdge({ appId: workspace.appId, faults, ackTimeoutMs: options.ackTimeoutMs ?? 3000 });
  const actor = createActor(options, { ...shared, signingSecret, address, sockets, stopped: stopped.signal });
  const deeds = bindDeeds(actor);
  const reads = bindReads(actor);
  const scopes = new Set(options.scopes ?? DEFAULT_SCOPES);
  const rateLimits = options.rateLimits === false ? undefined : createRateLimits();
  const openSocket = () => sockets.issueAddress(address.url);
  const webApi = createWebApi({ ...shared, botToken, appToken, openSocket, scopes, rateLimits });
  const setRequestUrl = (to: string) => {
    address.requestUrl = to;
  };
  const control = createControl({ ...deeds, ...reads, faults, calls, setRequestUrl });
  const edge = { webApi, responseUrls: shared, control };
  const lifetime = createLifetime(edge, sockets, { port: options.port ?? 0, address });
  return {
    ...deeds,
    ...reads,
    get url() {
      return address.url;
    },
    signingSecret,
    botToken,
    appToken,
    teamId: workspace.teamId,
    appId: workspace.appId,
    botUserId: workspace.botUserId,
    start: () => lifetime.start(),
    async stop() {
      stopped.abort();
      await lifetime.stop();
    },
    setRequestUrl,
    onChange,
    calls,
    faults,
    sockets,
  };
}

/** Ours and the app's: both are known only later than the rest. */
interface Address {
  url: string;
  requestUrl: string | undefined;
}

interface ActorParts {
  readonly workspace: ActorDeps['workspace'];
  readonly now: () => Date;
  readonly faults: ReturnType<typeof createFaults>;
  readonly changed: () => void;
  readonly signingSecret: string;
  readonly address: Address;
  readonly sockets: SocketEdge;
  readonly stopped: AbortSignal;
}

function createActor(options: SlackServerOptions, parts: ActorParts): ActorDeps {
  const { workspace, now, changed, address } = parts;
  const deliver = createDeliver({
    signingSecret: parts.signingSecret,
    requestUrl: () => address.requestUrl,
    signedAt: options.signedAt ?? now,
    faults: parts.faults,
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? [0, 60_000, 300_000],
    stopped: parts.stopped,
    sendOverSocket: (envelope) => parts.sockets.send(envelope),
  });
  return {
    workspace,
    now,
    deliver,
    url: () => address.url,
    token: 'sandbox-verification-token',
    shouldEscape: options.shouldEscape ?? true,
    offered: new Map(),
    changed,
  };
}

function createListeners() {
  const listeners = new Set<() => void>();
  return {
    changed: () => {
      for (const listener of listeners) listener();
    },
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function bindDeeds(actor: ActorDeps) {
  const { workspace } = actor;
  return {
    command: (input: CommandInput) => typeCommand(actor, input),
    click: (input: ClickInput) => clickMessage(actor, input),
    clickEphemeral: (input: ClickInput) => clickEphemeral(actor, input),
    clickView: (input: ClickViewInput) => clickView(actor, input),
    shortcut: (input: ShortcutInput) => useShortcut(actor, input),
    mention: (input: MentionInput) => mentionApp(actor, input),
    say: (input: Omit<MentionInput, 'eventId'>) => say(actor, input),
    openHome: (user: string) => openHome(actor, user),
    submitView: (input: SubmitInput) => submitView(actor, input),
    closeView: (input: { readonly user: string; readonly viewId: string; readonly all?: boolean }) =>
      closeView(actor, input),
    suggest: (input: SuggestInput) => suggest(actor, input),
    settled: () => actor.deliver.settled(),
    setUser(user: SandboxUser) {
      workspace.users.set(user.id, user);
      actor.changed();
    },
    setChannel(channel: SandboxChannel) {
      workspace.channels.set(channel.id, channel);
      actor.changed();
    },
  };
}

function bindReads({ workspace }: ActorDeps) {
  const all = (channel: string) => workspace.messages.get(channel) ?? [];
  return {
    messages: (channel: string) =>
      all(channel).filter((one) => one.threadTs === undefined || one.threadTs === one.ts || one.replyBroadcast),
    thread: (channel: string, ts: string) => all(channel).filter((one) => one.ts === ts || one.threadTs === ts),
    ephemerals: (user: string) => workspace.ephemerals.filter((one) => one.user === user),
    views: (user: string) => viewsOf(workspace, user),
    channels: () => [...workspace.channels.values()],
    users: () => [...workspace.users.values()],
  };
}

type Edge = Parameters<typeof handleRequest>[0];

function createLifetime(
  edge: Edge,
  sockets: SocketEdge,
  { port, address }: { readonly port: number; readonly address: Address },
) {
  const server = createServer(keepAlive, (request, response) => {
    handleRequest(edge, request, response).catch((error: unknown) => {
      // A mistake of the stand-in must show in the test that met it, not end the process.
      if (response.headersSent) return response.destroy();
      response.writeHead(500, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ ok: false, error: `the stand-in failed: ${String(error)}` }));
    });
  });
  sockets.attach(server);
  return {
    async start() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      address.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async stop() {
      if (!server.listening) return;
      sockets.stop();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
