import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheus } from '../../src/monitoring/prometheus.ts';
import { freePort, type Served, startPrometheus, startService } from './support/processes.ts';
import { absentTools, withoutTools } from './support/tools.ts';

const example = path.join(import.meta.dirname, '../../examples/production-app');
const isAbsent = ['prometheus', 'python3'].some((tool) => absentTools.includes(tool));

let service: Served;
let prometheus: Served;

beforeAll(async () => {
  if (isAbsent) return;
  const port = await freePort();
  service = await startService(example, port, { APP_VERSION: 'v1.4.0', TRACK: 'canary' });
  prometheus = await startPrometheus([port]);
});

afterAll(async () => {
  await prometheus?.stop();
  await service?.stop();
});

/** Prometheus looks four times a second, whenever that is: what its last look says is waited for. */
const patience = { timeout: 30_000, interval: 100 };

function ask(promql: string): Promise<unknown> {
  return createPrometheus({ url: prometheus.url }).query(promql);
}

describe.skipIf(isAbsent)(`the bot's questions to a real Prometheus${isAbsent ? withoutTools : ''}`, () => {
  it('get the number of one series, of a scalar and of a sum', async () => {
    for (let visit = 0; visit < 3; visit += 1) await fetch(`${service.url}/api/status`);

    await expect.poll(() => ask('up'), patience).toEqual({ kind: 'value', value: 1 });
    await expect.poll(() => ask('scalar(up) * 2'), patience).toEqual({ kind: 'value', value: 2 });
    await expect
      .poll(() => ask('sum(http_requests_total{status="200"}) >= bool 3'), patience)
      .toEqual({ kind: 'value', value: 1 });
  });

  it.each([
    ['a series that there is not', 'http_requests_total{track="nobody"}', { kind: 'no_data' }],
    ['the share of nothing', 'sum(up * 0) / sum(up * 0)', { kind: 'no_data' }],
    ['something of nothing', 'sum(up) / sum(up * 0)', { kind: 'no_data' }],
    [
      'more than one series',
      'prometheus_nothing or {__name__=~"scrape_.+"}',
      expect.objectContaining({ kind: 'several' }),
    ],
    [
      'what is no PromQL',
      'sum(up',
      expect.objectContaining({ kind: 'bad_query', words: expect.stringMatching(/^bad_data/) }),
    ],
    ['a range', 'up[1m]', { kind: 'bad_query', words: 'the answer is a matrix, not one number' }],
    ['a text', '"up"', { kind: 'bad_query', words: 'the answer is a string, not one number' }],
    [
      'what matches many to many',
      '{__name__=~"scrape_.+"} * on(job) {__name__=~"scrape_.+"}',
      expect.objectContaining({ kind: 'bad_query', words: expect.stringMatching(/^execution/) }),
    ],
  ])('hear of %s', async (_case, promql, expected) => {
    await expect.poll(() => ask('up'), patience).toEqual({ kind: 'value', value: 1 });

    await expect.poll(() => ask(promql), patience).toEqual(expected);
  });

  it('hear nothing once it is gone', async () => {
    await prometheus.stop();

    expect(await ask('up')).toMatchObject({ kind: 'away' });
  });
});
