import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  createSlackServer,
  type SlackServer,
  type SlackServerOptions,
} from '../../../src/sandbox/slack-server/server.ts';

export interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The form's fields; of an interaction, the parsed `payload`; of an event, the JSON. */
  readonly content: Record<string, unknown>;
}

export interface FakeApp {
  readonly received: Received[];
  /** What the next requests are answered with; 200 and nothing when it is empty. */
  readonly answers: { status?: number; body?: unknown; headers?: Record<string, string>; silent?: boolean }[];
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface Setup {
  readonly slack: SlackServer;
  readonly app: FakeApp;
  readonly clock: { now: Date };
  readonly api: (method: string, args?: Record<string, unknown>) => Promise<Record<string, unknown>>;
  readonly respond: (url: unknown, body: Record<string, unknown>) => Promise<Answer>;
}

/** A started stand-in with an app that records what it gets and answers as told; the clock stands until it is moved. */
export async function startSlack(options: SlackServerOptions = {}): Promise<Setup> {
  const clock = { now: new Date('2026-11-23T09:00:00Z') };
  const slack = createSlackServer({ now: () => clock.now, ...options });
  const app: FakeApp = { received: [], answers: [] };
  const server = createServer((request, response) => {
    void receive(app, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  await slack.start();
  slack.setRequestUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  onTestFinished(async () => {
    await slack.stop();
    server.closeAllConnections();
    server.close();
  });
  return {
    slack,
    app,
    clock,
    api: async (method, args = {}) => (await post(`${slack.url}/api/${method}`, args, slack.botToken)).body,
    respond: (url, body) => post(String(url), body),
  };
}

async function receive(app: FakeApp, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readAll(request);
  app.received.push({ headers: request.headers, body, content: contentOf(request, body) });
  const answer = app.answers.shift() ?? {};
  if (answer.silent === true) return;
  response.writeHead(answer.status ?? 200, answer.headers);
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}

async function post(url: string, body: Record<string, unknown>, token?: string): Promise<Answer> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A button as cards have it. */
export function aButton(actionId: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: 'button', action_id: actionId, value: 'v', text: { type: 'plain_text', text: 'Go' }, ...more };
}

/** A section of plain words. */
export function aSection(text: string): Record<string, unknown> {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function contentOf(request: IncomingMessage, body: string): Record<string, unknown> {
  if (request.headers['content-type'] === 'application/json') return JSON.parse(body) as Record<string, unknown>;
  const fields = Object.fromEntries(new URLSearchParams(body));
  return fields['payload'] === undefined ? fields : (JSON.parse(fields['payload']) as Record<string, unknown>);
}
