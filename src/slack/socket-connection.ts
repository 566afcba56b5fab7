import { type App, type Logger, SocketModeReceiver } from '@slack/bolt';
import { z } from 'zod';
import type { Log } from '../app/ports.ts';
import { SlackError, StoreError } from '../domain/errors.ts';
import { CALL_TIMEOUT_MS } from './client.ts';
import { toSlackError } from './errors.ts';

const METHOD = 'apps.connections.open';
/** For the call, the handshake and Slack's hello together. */
const OPEN_TIMEOUT_MS = 15_000;
/** A pong that takes longer than this is missed for good. */
const PING_TIMEOUT_MS = 5_000;
/** A peer that died answers no close frame. */
const CLOSE_TIMEOUT_MS = 1_000;

const Frame = z.looseObject({
  type: z.string(),
  reason: z.string().optional(),
  payload: z.looseObject({ event: z.looseObject({ type: z.string() }).optional() }).optional(),
});

export interface SocketConnectionOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly app: App;
  readonly logger: Logger;
  readonly log: Log;
  /** Slack is about to end this connection: the next one is wanted while this one still works. */
  readonly onNotice: (reason: string) => void;
  /** It was open and is gone. Told at most once. */
  readonly onLost: () => void;
  readonly openTimeoutMs?: number | undefined;
  readonly pingTimeoutMs?: number | undefined;
}

/** One WebSocket to Slack, from its `apps.connections.open` to its end. It is not opened twice. */
export interface SocketConnection {
  /** Resolves at Slack's hello. Throws SlackError. */
  open(): Promise<void>;
  /** Never throws, and takes a second at most. */
  close(): Promise<void>;
}

/**
 * Bolt's receiver without its reconnecting, of which version 3.1 of the client below it leaves five seconds without a
 * connection, waits for hours after a long outage, and rejects inside a timer, which ends the process.
 */
export function createSocketConnection(options: SocketConnectionOptions): SocketConnection {
  const receiver = createReceiver(options);
  const { client } = receiver;
  let state: 'opening' | 'open' | 'closed' = 'opening';
  watchFrames(client, options);
  receiver.init(options.app);
  client.on('connected', () => {
    if (state === 'opening') state = 'open';
  });
  client.on('disconnected', () => {
    if (state !== 'open') return;
    state = 'closed';
    options.onLost();
  });
  client.on('authenticated', () => {
    // Closed while the call was under way: the client goes on to connect all the same.
    if (state === 'closed') setImmediate(() => void disconnect(client));
  });
  async function close(): Promise<void> {
    state = 'closed';
    await disconnect(client);
  }
  return {
    async open() {
      try {
        await inTime(receiver.start(), options.openTimeoutMs ?? OPEN_TIMEOUT_MS);
      } catch (error) {
        await close();
        // The client rejects with nothing when the handshake failed.
        throw error === undefined ? noConnection('handshake_failed') : toSlackError(METHOD, error);
      }
    },
    close,
  };
}

function createReceiver({ appToken, apiUrl, logger, log, pingTimeoutMs }: SocketConnectionOptions): SocketModeReceiver {
  return new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    clientPingTimeout: pingTimeoutMs ?? PING_TIMEOUT_MS,
    // Its own object: the client writes its retry options into the one that it is given.
    installerOptions: {
      clientOptions: {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: CALL_TIMEOUT_MS,
      },
    },
    processEventErrorHandler: async ({ error }) => {
      // Not acknowledged: Slack repeats an event, and shows the person that a command or click failed.
      if (!(error instanceof StoreError)) log.error({ err: error }, 'slack listener failed');
      return false;
    },
  });
}

type Client = SocketModeReceiver['client'];

/**
 * Reads frames before the client does: it closes at the first word of a disconnect, with the acknowledgements that are
 * still to be sent, and rejects unhandled at an event without a type, as `app_rate_limited` is.
 */
function watchFrames(client: Client, { log, onNotice }: SocketConnectionOptions): void {
  const [deliver] = client.listeners('ws_message');
  if (deliver === undefined) return;
  client.removeAllListeners('ws_message');
  client.on('ws_message', (data: unknown) => {
    const frame = readFrame(data);
    if (frame === undefined) return log.warn({}, 'slack socket frame not read');
    if (frame.type === 'disconnect') return onNotice(frame.reason ?? 'unknown');
    const result: unknown = deliver(JSON.stringify(withEventType(frame)), false);
    Promise.resolve(result).catch((error: unknown) => log.error({ err: error }, 'slack socket frame failed'));
  });
}

function readFrame(data: unknown): z.infer<typeof Frame> | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return Frame.safeParse(JSON.parse(data)).data;
  } catch {
    // Not JSON: the caller says so.
    return undefined;
  }
}

function withEventType(frame: z.infer<typeof Frame>): z.infer<typeof Frame> {
  if (frame.type !== 'events_api' || frame.payload?.event !== undefined) return frame;
  return { ...frame, payload: { ...frame.payload, event: { type: 'unknown' } } };
}

async function disconnect(client: Client): Promise<void> {
  try {
    await inTime(client.disconnect(), CLOSE_TIMEOUT_MS);
  } catch {
    // The peer did not answer the close frame. Asked again, the client ends the connection by itself.
    client.disconnect().catch(() => undefined);
  }
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(noConnection('timeout')), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function noConnection(slackCode: string): SlackError {
  return new SlackError(
    'Slack could not be reached for a socket',
    { slackCode, outcome: 'none', retryable: true },
    { hint: 'Check that this host may open WebSockets (wss) to Slack.' },
  );
}
