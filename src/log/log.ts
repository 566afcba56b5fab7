import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { describeError } from './describe-error.ts';
import { createMask } from './mask.ts';

export { createMask, maskSecrets } from './mask.ts';

export interface LogOptions {
  /** `LOG_LEVEL`: trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** The values of all settings marked as secret. */
  readonly secrets: readonly string[];
  /** Default: standard output. */
  readonly destination?: DestinationStream | undefined;
}

/**
 * One JSON line per entry with an ISO time. Secrets are masked by value in the finished line, so that none gets through
 * in a message, a field, an error's text or a key that nobody thought of.
 */
export function createLog({ level, secrets, destination }: LogOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    hooks: { streamWrite: createMask(secrets) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
