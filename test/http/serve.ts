import { afterEach } from 'vitest';
import type { Log } from '../../src/app/ports.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/server.ts';

const running: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop(0)));
});

/** Keeps what was logged, as one text. */
export function aLog() {
  const lines: string[] = [];
  const keep = (fields: Record<string, unknown>, message: string) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  return { log, lines };
}

/** Our server on a free port, stopped after the test. */
export async function serve(
  routes: HttpServerOptions['routes'],
  overrides: Partial<HttpServerOptions> = {},
): Promise<{ readonly url: string; readonly port: number; readonly server: HttpServer }> {
  const server = createHttpServer({ host: '127.0.0.1', port: 0, routes, log: aLog().log, ...overrides });
  running.push(server);
  const { port } = await server.start();
  return { url: `http://127.0.0.1:${port}`, port, server };
}
