import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../app/ports.ts';

const HEADERS_TIMEOUT_MS = 10_000;
/** For the whole request: a 25 MB webhook over a slow line has to fit. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the 60 s of common load balancers, so that they and not we end an idle connection. */
const KEEP_ALIVE_MS = 75_000;
const CHECK_EVERY_MS = 2_000;
const STOP_GRACE_MS = 10_000;
/** A burst of webhooks, Slack, probes and browsers need some dozens. Somebody who opens more and more finds an end before the process has no files left for its database. */
const MAX_CONNECTIONS = 500;

/** Answers one request. A GET answers HEAD as well. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Compared exactly. */
  readonly path: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly log: Log;
  readonly headersTimeoutMs?: number | undefined;
  readonly requestTimeoutMs?: number | undefined;
  readonly maxConnections?: number | undefined;
}

export interface HttpServer {
  /** Resolves once the port is taken; rejects when it can not be. */
  start(): Promise<{ readonly port: number }>;
  /** Takes no new requests, finishes those under way, and after `graceMs` cuts the rest. */
  stop(graceMs?: number): Promise<void>;
}

/** The only port of the program. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const server = createServer(
    {
      headersTimeout: options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    (request, response) => {
      // What a sender wrote must not become a page because a browser guesses so.
      response.setHeader('x-content-type-options', 'nosniff');
      if (!server.listening) response.setHeader('connection', 'close');
      void answer(options, request, response);
    },
  );
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  return {
    async start() {
      server.listen(options.port, options.host);
      await once(server, 'listening');
      const address = server.address();
      return { port: typeof address === 'object' && address !== null ? address.port : options.port };
    },
    stop: (graceMs = STOP_GRACE_MS) => stopServer(server, graceMs),
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function answer(
  { routes, log }: HttpServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0];
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  try {
    const here = routes.filter((route) => route.path === path);
    const route = here.find((candidate) => candidate.method === method);
    if (route !== undefined) return await route.handle(request, response);
    if (here.length === 0) return sendJson(response, 404, { error: 'not_found', message: 'There is nothing here.' });
    const allowed = here.map((candidate) => candidate.method).join(', ');
    response.setHeader('allow', allowed);
    sendJson(response, 405, { error: 'method_not_allowed', message: `Use ${allowed}.` });
  } catch (error) {
    log.error({ err: error, path }, 'request failed');
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: 'internal', message: 'This is a mistake of the bot; its log says more.' });
  }
}

async function stopServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  // A connection that was busy when `close` looked is idle after its answer, and would be kept open.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(cut);
  }
}
