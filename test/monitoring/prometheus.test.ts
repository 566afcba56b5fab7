import { describe, expect, it } from 'vitest';
import { createPrometheus } from '../../src/monitoring/prometheus.ts';
import { sendJson, sendText, startLoopback } from '../gitlab/loopback.ts';

const vector = (...values: readonly string[]): unknown => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1_795_408_481.925, value] })) },
});

describe('createPrometheus', () => {
  it.each<readonly [string, number, unknown, unknown]>([
    ['one series', 200, vector('0.10476190476190475'), { kind: 'value', value: 0.10476190476190475 }],
    ['zero', 200, vector('0'), { kind: 'value', value: 0 }],
    ['no series', 200, vector(), { kind: 'no_data' }],
    ['no traffic', 200, vector('NaN'), { kind: 'no_data' }],
    ['something without traffic', 200, vector('+Inf'), { kind: 'no_data' }],
    ['several series', 200, vector('0', '0.5'), { kind: 'several', series: 2 }],
    [
      'a scalar',
      200,
      { status: 'success', data: { resultType: 'scalar', result: [1_795_408_481, '7'] }, warnings: ['w'] },
      { kind: 'value', value: 7 },
    ],
    [
      'a range',
      200,
      { status: 'success', data: { resultType: 'matrix', result: [] } },
      { kind: 'bad_query', words: 'the answer is a matrix, not one number' },
    ],
    [
      'a native histogram',
      200,
      { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] } },
      { kind: 'bad_query', words: 'the answer is a histogram, not one number' },
    ],
    [
      'a query that it cannot parse',
      400,
      { status: 'error', errorType: 'bad_data', error: 'invalid parameter "query": 1:4: parse error' },
      { kind: 'bad_query', words: 'bad_data: invalid parameter "query": 1:4: parse error' },
    ],
    [
      'a query that takes too long',
      503,
      { status: 'error', errorType: 'timeout', error: 'query timed out' },
      { kind: 'away', words: 'timeout: query timed out' },
    ],
    ['somebody else’s JSON', 200, { login: true }, { kind: 'away', words: expect.stringContaining('HTTP 200') }],
  ])('reads %s', async (_, status, body, expected) => {
    await using server = await startLoopback((response) => sendJson(response, status, body));

    const answer = await createPrometheus({ url: server.url }).query('sum(rate(x{status=~"5.."}[1m]))');

    expect(answer).toEqual(expected);
    const asked = new URL(server.received[0]?.url ?? '', server.url);
    expect(asked.pathname).toBe('/api/v1/query');
    expect(asked.searchParams.get('query')).toBe('sum(rate(x{status=~"5.."}[1m]))');
  });

  it('takes what is no JSON for no answer', async () => {
    await using server = await startLoopback((response) => sendText(response, 502, '<html>Bad Gateway</html>'));

    expect(await createPrometheus({ url: server.url }).query('up')).toMatchObject({ kind: 'away' });
  });

  it('takes an address where nobody listens for no answer', async () => {
    const { url } = await startLoopback(() => undefined).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });

    expect(await createPrometheus({ url }).query('up')).toEqual({
      kind: 'away',
      words: 'Prometheus cannot be reached (ECONNREFUSED)',
    });
  });

  it('has no answer without an address', async () => {
    expect(await createPrometheus({ url: undefined }).query('up')).toEqual({
      kind: 'away',
      words: 'PROMETHEUS_URL is not set',
    });
  });
});
