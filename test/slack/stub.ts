import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface StubRequest {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** A server in Slack's place that answers as the test says and keeps what it was asked. */
export async function startStub(answer: (response: ServerResponse, request: StubRequest) => void) {
  const requests: StubRequest[] = [];
  const server = createServer((request, response) => {
    void take(request, response);
  });
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readAll(request);
    const seen = { path: request.url ?? '', contentType: request.headers['content-type'], body };
    requests.push(seen);
    answer(response, seen);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    origin,
    apiUrl: `${origin}/api/`,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON, as Slack does. */
export function reply(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readAll(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}
