import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from '../domain/errors.ts';

/**
 * Reads the words of a command line, as Node's `parseArgs` does.
 * @throws UsageError with what is wrong, and `hint`, when they cannot be read.
 */
export function readFlags<Config extends ParseArgsConfig>(
  config: Config,
  hint: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause, hint });
  }
}
