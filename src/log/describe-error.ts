import { AppError } from '../domain/errors.ts';

const MAX_DEPTH = 6;

/** Facts of our errors that are safe and worth a field; others may hold headers or bodies. */
const facts = ['status', 'method', 'path', 'requestId', 'slackCode', 'outcome'] as const;

/** An error as fields: name, code, message, hint, what caused it, and where. Anything else is shown as its type. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : `not an error: ${typeof error}`;
  const { name, message, stack, cause } = error;
  const isOurs = error instanceof AppError;
  return {
    name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    message,
    ...(isOurs ? { hint: error.hint, retryable: error.retryable, ...factsOf(error) } : {}),
    ...(cause === undefined || depth >= MAX_DEPTH ? {} : { cause: describeError(cause, depth + 1) }),
    ...(error instanceof AggregateError && depth < MAX_DEPTH
      ? { errors: error.errors.slice(0, 5).map((one: unknown) => describeError(one, depth + 1)) }
      : {}),
    stack,
  };
}

function factsOf(error: AppError): Record<string, unknown> {
  const entries = Object.entries(error).filter(([key]) => facts.some((fact) => fact === key));
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
