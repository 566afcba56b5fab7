import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An annotation as Grafana keeps it. */
export interface StoredAnnotation {
  readonly time: number;
  readonly timeEnd: number;
  readonly tags: readonly string[];
  readonly text: string;
}

/** The part of Grafana's API that we use, as Grafana 11 answers it. */
export interface GrafanaStandIn {
  readonly url: string;
  readonly annotations: readonly StoredAnnotation[];
  /** `stores, then 500`: the deed is done and the answer lost. */
  fail(how: 'never' | 'always' | 'stores, then 500'): void;
  stop(): Promise<void>;
}

/** The only token that it takes. */
export const grafanaToken = 'glsa_0123456789abcdef0123456789abcdef_01234567';

/** Starts one with no annotations. */
export async function startGrafana(): Promise<GrafanaStandIn> {
  const annotations: StoredAnnotation[] = [];
  let failure: Parameters<GrafanaStandIn['fail']>[0] = 'never';
  const answer = (method: string, url: URL, token: string, body: string): readonly [number, unknown] => {
    if (url.pathname === '/api/health') return [200, { database: 'ok', version: '11.3.0', commit: 'x' }];
    if (url.pathname !== '/api/annotations') return [404, { message: 'Not found' }];
    if (token !== `Bearer ${grafanaToken}`) return [401, { message: 'Invalid API key' }];
    if (failure === 'always') return [500, { message: 'Internal error' }];
    if (method === 'GET') return [200, annotations.filter((each) => matches(each, url.searchParams))];
    annotations.push(JSON.parse(body) as StoredAnnotation);
    return failure === 'never' ? [200, { message: 'Annotation added', id: annotations.length }] : [500, {}];
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://grafana');
      const [status, said] = answer(request.method ?? '', url, request.headers.authorization ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(said));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    annotations,
    fail(how) {
      failure = how;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** All tags must be there, and the region must touch the time that is asked for. */
function matches({ time, timeEnd, tags }: StoredAnnotation, query: URLSearchParams): boolean {
  const from = Number(query.get('from') ?? 0);
  const to = Number(query.get('to') ?? Number.MAX_SAFE_INTEGER);
  return query.getAll('tags').every((tag) => tags.includes(tag)) && timeEnd >= from && time <= to;
}
