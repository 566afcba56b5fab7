import { z } from 'zod';
import type { Prometheus } from '../app/checks/check-ports.ts';
import type { QueryAnswer } from '../domain/canary.ts';
import { type FetchLimits, fetchText } from './fetch-text.ts';

const limits: FetchLimits = { timeoutMs: 10_000, maxBytes: 256 * 1024 };

const Point = z.tuple([z.number(), z.string()]);

/** @see https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats */
const Success = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    // A native histogram has no `value`.
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: Point.optional() })) }),
    z.object({ resultType: z.literal('scalar'), result: Point }),
    z.object({ resultType: z.literal('matrix'), result: z.unknown() }),
    z.object({ resultType: z.literal('string'), result: z.unknown() }),
  ]),
});

const Failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

/** Errors of the query itself, which no second try mends. */
const ofTheQuery: readonly string[] = ['bad_data', 'execution'];

/** Prometheus, asked for one number at a time. Undefined address: every question is answered by `away`. */
export function createPrometheus({ url }: { readonly url: string | undefined }): Prometheus {
  return {
    async query(promql) {
      if (url === undefined) return { kind: 'away', words: 'PROMETHEUS_URL is not set' };
      const fetched = await fetchText(
        `${url}/api/v1/query?${new URLSearchParams({ query: promql }).toString()}`,
        limits,
      );
      if (fetched.kind === 'none') return { kind: 'away', words: `Prometheus ${fetched.words}` };
      return decodeAnswer(fetched.text, fetched.status);
    },
  };
}

function decodeAnswer(text: string, status: number): QueryAnswer {
  const json = parseJson(text);
  const failure = Failure.safeParse(json);
  if (failure.success) {
    const { errorType, error } = failure.data;
    return {
      kind: ofTheQuery.includes(errorType) ? 'bad_query' : 'away',
      words: `${errorType}: ${error}`.slice(0, 300),
    };
  }
  const success = Success.safeParse(json);
  // A proxy that asks for a login answers 200 as well.
  if (!success.success) return { kind: 'away', words: `answered with HTTP ${status} and not as Prometheus does` };
  const { resultType, result } = success.data.data;
  switch (resultType) {
    case 'scalar':
      return ofPoint(result);
    case 'vector':
      if (result.length > 1) return { kind: 'several', series: result.length };
      return result[0] === undefined ? { kind: 'no_data' } : ofPoint(result[0].value);
    case 'matrix':
    case 'string':
      return { kind: 'bad_query', words: `the answer is a ${resultType}, not one number` };
  }
}

/** NaN is 0/0, no traffic; infinite is something without traffic: neither says how the canary does. */
function ofPoint(point: z.output<typeof Point> | undefined): QueryAnswer {
  if (point === undefined) return { kind: 'bad_query', words: 'the answer is a histogram, not one number' };
  const value = Number(point[1].trim() === '' ? Number.NaN : point[1]);
  return Number.isFinite(value) ? { kind: 'value', value } : { kind: 'no_data' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: then it is not an answer of Prometheus, which the schemas say.
    return undefined;
  }
}
