import type { ServerResponse } from 'node:http';
import type { Log } from '../app/ports.ts';
import { sendJson } from './server.ts';

const CHECK_TIMEOUT_MS = 2_000;

export interface HealthDeps {
  readonly isStarted: () => boolean;
  /** Resolves when the store took a write. */
  readonly checkStore: () => Promise<void>;
  /** Slack's, GitLab's and the queues' state: shown, never part of the status. */
  readonly report: () => Promise<Readonly<Record<string, unknown>>>;
  readonly log: Log;
  readonly checkTimeoutMs?: number | undefined;
}

export interface Health {
  /** The process is up. */
  readonly live: (request: unknown, response: ServerResponse) => void;
  /**
   * 200 when start-up is done and the store takes writes. An outage of Slack or GitLab leaves it at 200: taken out of
   * service we would answer GitLab's webhooks no more, and it would switch the hook off.
   */
  readonly ready: (request: unknown, response: ServerResponse) => Promise<void>;
}

/** Answers `/healthz` and `/readyz`. */
export function createHealth(deps: HealthDeps): Health {
  const timeoutMs = deps.checkTimeoutMs ?? CHECK_TIMEOUT_MS;
  return {
    live: (_request, response) => sendJson(response, 200, { status: 'ok' }),
    async ready(_request, response) {
      const [isStoreOk, report] = await Promise.all([
        inTime(
          deps.checkStore().then(() => true),
          timeoutMs,
        ).catch((error: unknown) => {
          deps.log.error({ err: error }, 'store takes no writes');
          return false;
        }),
        inTime(deps.report(), timeoutMs).catch((error: unknown) => {
          deps.log.warn({ err: error }, 'health report failed');
          return {};
        }),
      ]);
      const isStarted = deps.isStarted();
      const isReady = isStarted && isStoreOk;
      sendJson(response, isReady ? 200 : 503, {
        status: isReady ? 'ready' : isStarted ? 'store_unavailable' : 'starting',
        store: isStoreOk ? 'ok' : 'failing',
        ...report,
      });
    },
  };
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
