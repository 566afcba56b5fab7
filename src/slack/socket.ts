import type { App, ReceiverEvent } from '@slack/bolt';
import type { Log } from '../app/ports.ts';
import { createListeningApp, type ListenerDeps } from './app.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { createSocketConnection } from './socket-connection.ts';
import { type Connect, SocketKeeper } from './socket-keeper.ts';

/** Slack takes no acknowledgement after it, and does not say so. */
const ACK_LIMIT_MS = 3_000;

export interface SlackSocketDeps extends ListenerDeps {
  readonly appToken: string;
  readonly openTimeoutMs?: number | undefined;
  readonly pingTimeoutMs?: number | undefined;
}

/** Socket Mode: the listeners of HTTP, which store first and acknowledge then, behind a connection that is kept up. */
export async function createSlackSocket(deps: SlackSocketDeps): Promise<SocketKeeper> {
  const logger = createBoltLogger(milder(deps.log));
  // The connections come and go; each brings its payloads to the app by itself.
  const noReceiver = { init: () => undefined, start: async () => undefined, stop: async () => undefined };
  const app = await createListeningApp(deps, noReceiver, logger);
  const settled = watchAcknowledgements(app, deps);
  const connect: Connect = (on) => createSocketConnection({ ...deps, ...on, app, logger });
  return new SocketKeeper({ connect, settled, now: deps.now, log: deps.log });
}

/**
 * Over a socket nobody times acknowledgements and nobody answers for a payload that no listener took. The answer waits
 * for those under way, but no longer than Slack does.
 */
function watchAcknowledgements(app: App, { log, now }: SlackSocketDeps): () => Promise<void> {
  const underWay = new Set<Promise<void>>();
  const dispatch = app.processEvent.bind(app);
  async function watched(event: ReceiverEvent): Promise<void> {
    const receivedAt = now().getTime();
    let isAcknowledged = false;
    const ack = async (response?: unknown): Promise<void> => {
      isAcknowledged = true;
      const lateMs = now().getTime() - receivedAt - ACK_LIMIT_MS;
      if (lateMs > 0) log.warn({ duration_ms: lateMs + ACK_LIMIT_MS }, 'slack acknowledged too late');
      try {
        await event.ack(response);
      } catch (error) {
        // The socket closed meanwhile. What was stored is worked on all the same.
        log.warn({ err: error }, 'slack acknowledgement not sent');
      }
    };
    await dispatch({ ...event, ack });
    if (!isAcknowledged) log.warn({}, 'slack payload of an unknown type');
  }
  app.processEvent = (event) => {
    const work = watched(event);
    const tracked = work.catch(() => undefined).finally(() => underWay.delete(tracked));
    underWay.add(tracked);
    return work;
  };
  return async () => {
    const { promise: limit, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ACK_LIMIT_MS);
    await Promise.race([limit, Promise.all(underWay)]).finally(() => clearTimeout(timer));
  };
}

/** What fails here is tried again, so nobody has to act. */
function milder(log: Log): Log {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.warn(fields, message),
  };
}
