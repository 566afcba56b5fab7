import { createMetrics } from '../../src/http/metrics.ts';

/** The names that `/metrics` shows, those of the process itself included. */
export async function metricNames(): Promise<readonly string[]> {
  const empty = { waiting: 0, oldestAt: undefined, dead: 0 };
  const metrics = createMetrics({
    queues: async () => ({ inbox: empty, outbox: empty }),
    channelsHeld: async () => 0,
    environments: async () => [],
    now: () => new Date(0),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  let text = '';
  const response = { writeHead: () => response, end: (body: string) => (text = body) };
  await metrics.serve(undefined, response as unknown as Parameters<typeof metrics.serve>[1]);
  return [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name);
}
