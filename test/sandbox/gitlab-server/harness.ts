import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createGitLabServer,
  type GitLabServer,
  type GitLabServerOptions,
} from '../../../src/sandbox/gitlab-server/server.ts';

/** A REST answer as tests look at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests reach into the JSON by name; a wrong name then fails the comparison.
  readonly body: Record<string, unknown> & readonly Record<string, unknown>[];
  readonly text: string;
}

/** A started stand-in with a short way to ask its REST API. */
export interface Harness {
  readonly gitlab: GitLabServer;
  readonly ask: (
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly token?: string | null },
  ) => Promise<Answer>;
}

export async function startHarness(options: GitLabServerOptions = {}): Promise<Harness> {
  const gitlab = createGitLabServer(options);
  await gitlab.start();
  return {
    gitlab,
    ask: async (method, path, { body, token = gitlab.token } = {}) => {
      const answer = await fetch(`${gitlab.url}/api/v4${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { 'private-token': token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type') === 'application/json';
      return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
    },
  };
}

/** What a webhook receiver got. */
export interface Received {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Record<string, unknown>;
}

/** A receiver of webhooks on loopback. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  status: number;
  readonly close: () => Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gitlab/webhook`,
    received,
    status: 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
