import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { SlackServer } from '../slack-server/contract.ts';
import { createPageDeeds, type PageDeeds } from './deeds.ts';
import type { GitLabSide } from './gitlab-side.ts';
import type { ServiceSide } from './service-side.ts';
import { type CommandHelp, renderParts, renderShell } from './shell.ts';
import type { Looking } from './slack-panel.ts';

export interface PageOptions {
  readonly slack: SlackServer;
  readonly gitlab?: GitLabSide;
  readonly service?: ServiceSide;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The app's slash commands as installed, for the completion in the message field. */
  readonly commands: readonly CommandHelp[];
  readonly now?: () => Date;
}

export interface Page {
  /** Known once started. */
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Changes within this time reach the browser as one. */
const GATHER_MS = 60;

const MAX_BODY_BYTES = 100_000;

const FILES: Readonly<Record<string, { readonly type: string; readonly from: () => string }>> = {
  '/client.js': { type: 'text/javascript', from: () => fileURLToPath(new URL('client.js', import.meta.url)) },
  '/style.css': { type: 'text/css', from: () => fileURLToPath(new URL('style.css', import.meta.url)) },
  '/blocks.css': {
    type: 'text/css',
    from: () => fileURLToPath(new URL('style.css', import.meta.resolve('slack-blocks-to-jsx'))),
  },
};

/** The demo's page: Slack on the left, GitLab on the right, on loopback only. */
export function createPage(options: PageOptions): Page {
  const deeds = createPageDeeds(options.slack, options.gitlab, options.service);
  const watchers = new Set<ServerResponse>();
  let url = '';
  let gathering: NodeJS.Timeout | undefined;
  const changed = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      for (const watcher of watchers) watcher.write('data: changed\n\n');
    }, GATHER_MS).unref();
  };
  const server = createServer((request, response) => {
    answer({ options, deeds, watchers, changed }, request, response).catch((error: unknown) => {
      // A mistake of the page must be readable on it, not end the demo.
      if (response.headersSent) response.destroy();
      else send(response, 500, 'text/plain', `The page failed: ${String(error)}`);
    });
  });
  let stopWatching: (() => void) | undefined;
  return {
    get url() {
      return url;
    },
    async start() {
      stopWatching = options.slack.onChange(changed);
      options.gitlab?.onChange(changed);
      server.listen(options.port ?? 0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async stop() {
      stopWatching?.();
      clearTimeout(gathering);
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface PageContext {
  readonly options: PageOptions;
  readonly deeds: PageDeeds;
  readonly watchers: Set<ServerResponse>;
  readonly changed: () => void;
}

async function answer(context: PageContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (!isLocal(request)) return send(response, 403, 'text/plain', 'This page answers on loopback only.');
  if (request.method === 'POST') return perform(context, url.pathname.slice('/do/'.length), request, response);
  const file = Object.hasOwn(FILES, url.pathname) ? FILES[url.pathname] : undefined;
  if (file !== undefined) return send(response, 200, file.type, await readFile(file.from(), 'utf8'));
  if (url.pathname === '/changes') return watch(context, request, response);
  if (url.pathname !== '/' && url.pathname !== '/parts') return send(response, 404, 'text/plain', 'Not found.');
  const looking = lookingOf(context.options, url.searchParams);
  const parts = renderParts(looking, context.options.gitlab, context.deeds.faults());
  if (url.pathname === '/parts') return send(response, 200, 'application/json', JSON.stringify(parts));
  return send(response, 200, 'text/html', renderShell(looking, parts, context.options.commands));
}

/** Another site in the same browser must neither read nor press anything here, not even by a name that points to us. */
function isLocal(request: IncomingMessage): boolean {
  const isHost = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');
  const origin = request.headers.origin;
  const isOrigin = origin === undefined || origin === `http://${request.headers.host}`;
  const isJson = request.headers['content-type']?.startsWith('application/json') === true;
  return isHost && isOrigin && (request.method !== 'POST' || isJson);
}

function lookingOf(options: PageOptions, query: URLSearchParams): Looking {
  const users = options.slack.users().filter((user) => !user.isBot && !user.deleted);
  const actor = users.find((user) => user.id === query.get('as')) ?? users[0];
  if (actor === undefined) throw new Error('the workspace has no people');
  const channels = options.slack.channels().filter((one) => one.members.has(actor.id));
  const channel = channels.find((one) => one.id === query.get('channel')) ?? channels[0];
  const thread = query.get('thread');
  const isThread = thread !== null && thread !== '' && channel?.id === query.get('channel');
  const now = (options.now ?? (() => new Date()))();
  return {
    slack: options.slack,
    actor,
    channel: channel?.id ?? '',
    ...(isThread ? { thread } : {}),
    project: query.get('project') ?? undefined,
    now,
  };
}

function watch({ watchers }: PageContext, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  watchers.add(response);
  request.on('close', () => watchers.delete(response));
}

async function perform(
  { deeds, changed }: PageContext,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return send(response, 413, 'application/json', '{"ok":false}');
    chunks.push(chunk as Buffer);
  }
  const result = await deeds.perform(name, Buffer.concat(chunks).toString('utf8'));
  changed();
  send(response, result.status, 'application/json', JSON.stringify(result.body));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
  });
  response.end(body);
}
