import { AppError, ConfigError, StoreError } from '../domain/errors.ts';

/** 78: configuration; 75: another process holds the store, or it cannot be used now; 1: anything else (sysexits.h). */
export function exitCode(error: unknown): 78 | 75 | 1 {
  if (error instanceof ConfigError) return 78;
  if (error instanceof StoreError) return 75;
  return 1;
}

/** What an operator reads on the terminal: what is wrong and what to do, without a stack for what is not our bug. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return `The configuration cannot be used:\n${error.message}`;
  if (error instanceof AppError) return [error.message, error.hint].filter((line) => line !== '').join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
