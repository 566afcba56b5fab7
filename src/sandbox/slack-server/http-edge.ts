import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { callResponseUrl, type ResponseUrlDeps } from './response-urls.ts';
import { type Answer, answerWith, type WebApi } from './web-api.ts';

const MAX_BODY_BYTES = 5_000_000;

export interface EdgeDeps {
  readonly webApi: WebApi;
  readonly responseUrls: ResponseUrlDeps;
  /** The deeds of a person, for a stand-in that runs in its own process. */
  readonly control: (name: string, args: JsonObject) => Promise<Answer>;
}

/** Answers one HTTP request: a Web API method, a response_url, or a deed under `/sandbox/`. */
export async function handleRequest(deps: EdgeDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const body = await readBody(request);
  const args = { ...Object.fromEntries(url.searchParams), ...parseArguments(request.headers['content-type'], body) };
  const answer = await route(deps, { path: url.pathname, method: request.method ?? 'GET', args }, request);
  if (answer.isReset) {
    request.socket.destroy();
    return;
  }
  if (answer.delayMs > 0) await wait(answer.delayMs, undefined, { ref: false });
  response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers });
  response.end(JSON.stringify(answer.body));
}

interface Call {
  readonly path: string;
  readonly method: string;
  readonly args: JsonObject;
}

async function route(deps: EdgeDeps, call: Call, request: IncomingMessage): Promise<Answer> {
  const [, area, ...rest] = call.path.split('/');
  if (area === 'api') return deps.webApi.call(rest.join('/'), call.args, readToken(request, call.args));
  if (area === 'sandbox') return deps.control(rest.join('/'), call.args);
  if ((area === 'commands' || area === 'actions') && call.method === 'POST') {
    return callResponseUrl(deps.responseUrls, call.path, call.args);
  }
  return { ...answerWith({ ok: false, error: 'not_found' }), status: 404 };
}

function readToken(request: IncomingMessage, args: JsonObject): string | undefined {
  const header = /^Bearer (.+)$/.exec(request.headers.authorization ?? '');
  if (header !== null) return header[1];
  return typeof args['token'] === 'string' ? args['token'] : undefined;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Forms and JSON as one flat object. */
function parseArguments(contentType: string | undefined, body: string): JsonObject {
  if (body === '') return {};
  if (contentType?.startsWith('application/json')) {
    const parsed = parseJson(body);
    return isObject(parsed) ? parsed : {};
  }
  return Object.fromEntries(new URLSearchParams(body));
}
