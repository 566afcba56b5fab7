import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** One address for several bots, as a load balancer gives them. */
export interface Balancer {
  readonly url: string;
  /** Who is asked in turn from now on. A request that one of them does not answer is lost: nobody repeats it here. */
  share(ports: readonly number[]): void;
  stop(): Promise<void>;
}

/** Starts one that has nobody to ask yet. */
export async function startBalancer(): Promise<Balancer> {
  let ports: readonly number[] = [];
  let turn = 0;
  const server = createServer((incoming, response) => {
    const port = ports[turn % ports.length];
    turn += 1;
    const fail = (): void => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    };
    if (port === undefined) return fail();
    const { method, url, headers } = incoming;
    const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', fail).pipe(response);
    });
    outgoing.on('error', fail);
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    share(those) {
      ports = those;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
