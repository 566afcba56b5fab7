/** How the canary does, as Prometheus sees it. */
export const canaryModes = ['ok', 'bad', 'no data', 'NaN', 'several', 'few', 'down'] as const;
export type CanaryMode = (typeof canaryModes)[number];

/** What Prometheus answers. */
export interface PrometheusReply {
  readonly status: number;
  readonly body: object;
}

/** Shares of failed requests, one after the other: a healthy canary is not silent, a bad one shows it after a while. */
const shares = {
  ok: [0, 0.0021, 0.0011, 0.0042, 0.0008, 0],
  bad: [0.0021, 0.0833],
} as const;

/** What is seen before Prometheus has looked at a new canary twice: a rate needs two looks. */
const looksBefore = 1;

/**
 * Answers an instant query in the shapes of Prometheus. It evaluates nothing: a query with a quotient is the share of
 * failed requests, any other the number of requests. `look` counts the queries of that kind since the canary came.
 */
export function answerQuery(
  query: string,
  about: { readonly mode: CanaryMode; readonly isUp: boolean; readonly look: number; readonly now: Date },
): PrometheusReply {
  const { mode, isUp, look, now } = about;
  const problem = problemOf(query);
  if (problem !== undefined) return failure(400, 'bad_data', `invalid parameter "query": 1:1: parse error: ${problem}`);
  if (mode === 'down') return failure(503, 'unavailable', 'the query engine is shutting down');
  const time = now.getTime() / 1000;
  const isShare = query.includes('/');
  if (!isUp || mode === 'no data' || look < looksBefore) return vector([], time);
  if (!isShare) return vector([mode === 'few' ? '3.2' : '184.6'], time);
  if (mode === 'NaN') return vector(['NaN'], time);
  if (mode === 'several') return vector(['0', '0.0021'], time);
  const known = mode === 'bad' ? shares.bad : shares.ok;
  const seen = look - looksBefore;
  const share = mode === 'bad' ? (known[seen] ?? known.at(-1)) : known[seen % known.length];
  return vector([String(share ?? 0)], time);
}

function problemOf(query: string): string | undefined {
  if (query.trim() === '') return 'no expression found in input';
  const open = query.split('(').length - query.split(')').length;
  if (open === 0) return undefined;
  return open > 0 ? 'unclosed left parenthesis' : 'unexpected right parenthesis ")"';
}

function vector(values: readonly string[], time: number): PrometheusReply {
  const result = values.map((value, index) => ({
    metric: values.length > 1 ? { pod: `production-app-canary-${index}` } : {},
    value: [time, value],
  }));
  return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } };
}

function failure(status: number, errorType: string, error: string): PrometheusReply {
  return { status, body: { status: 'error', errorType, error } };
}
