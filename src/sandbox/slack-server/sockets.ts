import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { FaultState } from './faults.ts';
import { isObject, type JsonObject, parseJson, readText } from './json.ts';

/** Connections of one app; Slack sends each payload to any one of them. */
const MAX_CONNECTIONS = 10;
const TICKET_LIFE_MS = 30_000;
const PING_EVERY_MS = 5_000;

export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api';

/** A disconnect that Slack announces; `warning` comes some seconds before the end. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

/** What came of one envelope. `payload` is what was acknowledged with it, where the envelope takes an answer. */
export interface Acknowledgement {
  readonly kind: 'acknowledged' | 'late' | 'gone';
  readonly payload: JsonObject;
}

/** The app's WebSockets as an operator of Slack would see them, for tests. */
export interface Sockets {
  /** How many are open, the silent ones included. */
  readonly open: number;
  /** How many were opened so far. */
  readonly opened: number;
  /** Envelopes so far, and whether an acknowledgement came in time. */
  readonly envelopes: readonly { readonly type: EnvelopeType; readonly result: Acknowledgement['kind'] }[];
  /** Sends a disconnect frame to every connection. Slack closes them `closeAfterMs` later; default: at once but for `warning`. */
  disconnect(reason: DisconnectReason, closeAfterMs?: number): void;
  /** Cuts every connection without a close frame. */
  drop(): void;
  /** Every open connection hears and says nothing any more, while its TCP connection stays. */
  silence(): void;
}

export interface SocketEdge extends Sockets {
  /** The answer to `apps.connections.open`: an address that works once, and not for long. */
  issueAddress(origin: string): string;
  attach(server: Server): void;
  /** Sends to one of the open connections and waits for its acknowledgement; undefined when there is none. */
  send(envelope: Envelope): Promise<Acknowledgement> | undefined;
  stop(): void;
}

export interface Envelope {
  readonly type: EnvelopeType;
  readonly payload: JsonObject;
  readonly acceptsResponse: boolean;
  readonly retry?: { readonly attempt: number; readonly reason: string };
}

export interface SocketEdgeDeps {
  readonly appId: string;
  readonly faults: FaultState;
  readonly ackTimeoutMs: number;
}

interface Connection {
  readonly ws: WebSocket;
  readonly waiting: Map<string, (result: Acknowledgement) => void>;
  isSilent: boolean;
}

interface State {
  readonly deps: SocketEdgeDeps;
  readonly server: WebSocketServer;
  readonly tickets: Map<string, NodeJS.Timeout>;
  readonly connections: Set<Connection>;
  readonly envelopes: { readonly type: EnvelopeType; readonly result: Acknowledgement['kind'] }[];
  opened: number;
  /** Whose turn it is. */
  turn: number;
}

/**
 * Slack's side of Socket Mode.
 * @see https://docs.slack.dev/apis/events-api/using-socket-mode
 */
export function createSocketEdge(deps: SocketEdgeDeps): SocketEdge {
  const state: State = {
    deps,
    server: new WebSocketServer({ noServer: true, autoPong: false }),
    tickets: new Map(),
    connections: new Set(),
    envelopes: [],
    opened: 0,
    turn: 0,
  };
  const { tickets, connections, envelopes } = state;
  return {
    get open() {
      return connections.size;
    },
    get opened() {
      return state.opened;
    },
    envelopes,
    issueAddress(origin) {
      const ticket = randomUUID();
      tickets.set(ticket, setTimeout(() => tickets.delete(ticket), TICKET_LIFE_MS).unref());
      return `${origin.replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${deps.appId}`;
    },
    attach(http) {
      http.on('upgrade', (request, socket, head) => upgrade(state, { request, socket, head }));
    },
    send: (envelope) => send(state, envelope),
    disconnect: (reason, closeAfterMs) => announceEnd(connections, reason, closeAfterMs),
    drop() {
      for (const { ws } of connections) ws.terminate();
    },
    silence() {
      for (const connection of connections) silence(connection);
    },
    stop() {
      for (const timer of tickets.values()) clearTimeout(timer);
      for (const { ws } of connections) ws.terminate();
    },
  };
}

function upgrade(
  state: State,
  asked: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
): void {
  const { request, socket, head } = asked;
  const ticket = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('ticket') ?? '';
  const known = state.tickets.get(ticket);
  if (state.deps.faults.take('socket') !== undefined) return void socket.destroy();
  if (known === undefined) return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
  clearTimeout(known);
  state.tickets.delete(ticket);
  state.server.handleUpgrade(request, socket, head, (ws) => welcome(state, ws));
}

function welcome(state: State, ws: WebSocket): void {
  const { connections, deps } = state;
  if (connections.size >= MAX_CONNECTIONS) {
    ws.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }));
    return ws.close(1000);
  }
  const connection: Connection = { ws, waiting: new Map(), isSilent: false };
  connections.add(connection);
  state.opened += 1;
  listen(state, connection);
  ws.send(
    JSON.stringify({
      type: 'hello',
      num_connections: connections.size,
      debug_info: { host: 'sandbox', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: deps.appId },
    }),
  );
}

function listen({ connections }: State, connection: Connection): void {
  const { ws, waiting } = connection;
  const pings = setInterval(() => {
    if (!connection.isSilent) ws.ping();
  }, PING_EVERY_MS);
  ws.on('message', (data) => hear(connection, data));
  ws.on('ping', (data: Buffer) => {
    if (!connection.isSilent) ws.pong(data);
  });
  ws.on('error', () => ws.terminate());
  ws.on('close', () => {
    clearInterval(pings);
    connections.delete(connection);
    for (const end of waiting.values()) end({ kind: 'gone', payload: {} });
  });
}

/** To each of the open ones in turn. */
function send(state: State, envelope: Envelope): Promise<Acknowledgement> | undefined {
  const open = [...state.connections].filter(({ ws }) => ws.readyState === WebSocket.OPEN);
  state.turn += 1;
  const connection = open[state.turn % Math.max(1, open.length)];
  return connection && sendAndRecord(state, connection, envelope);
}

async function sendAndRecord(state: State, connection: Connection, envelope: Envelope): Promise<Acknowledgement> {
  const result = await sendTo(connection, envelope, state.deps.ackTimeoutMs);
  state.envelopes.push({ type: envelope.type, result: result.kind });
  return result;
}

function sendTo(connection: Connection, envelope: Envelope, timeoutMs: number): Promise<Acknowledgement> {
  const { promise, resolve } = Promise.withResolvers<Acknowledgement>();
  const id = randomUUID();
  const late = setTimeout(() => resolve({ kind: 'late', payload: {} }), timeoutMs);
  connection.waiting.set(id, resolve);
  if (!connection.isSilent) connection.ws.send(JSON.stringify(encode(id, envelope)));
  return promise
    .then((result) => (envelope.acceptsResponse ? result : { ...result, payload: {} }))
    .finally(() => {
      clearTimeout(late);
      connection.waiting.delete(id);
    });
}

function encode(id: string, { type, payload, acceptsResponse, retry }: Envelope): JsonObject {
  const retried =
    type === 'events_api' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {};
  return { envelope_id: id, type, payload, accepts_response_payload: acceptsResponse, ...retried };
}

/** An acknowledgement that nobody waits for any more came too late: Slack says nothing about it. */
function hear(connection: Connection, data: RawData): void {
  const message = parseJson(Buffer.isBuffer(data) ? data.toString('utf8') : '');
  if (connection.isSilent || !isObject(message)) return;
  const payload = message['payload'];
  const end = connection.waiting.get(readText(message, 'envelope_id') ?? '');
  end?.({ kind: 'acknowledged', payload: isObject(payload) ? payload : {} });
}

function announceEnd(connections: ReadonlySet<Connection>, reason: DisconnectReason, closeAfterMs?: number): void {
  for (const { ws } of connections) {
    ws.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }));
    const ms = closeAfterMs ?? (reason === 'warning' ? 10_000 : 0);
    setTimeout(() => ws.close(1000), ms).unref();
  }
}

function silence(connection: Connection): void {
  connection.isSilent = true;
  // Reads no more, so that a close frame of the app stays without an answer too.
  connection.ws.pause();
}
