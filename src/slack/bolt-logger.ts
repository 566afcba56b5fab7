import { type Logger, LogLevel } from '@slack/bolt';
import type { Log } from '../app/ports.ts';

const MAX_DETAIL_LENGTH = 200;

/**
 * Bolt's log lines in ours. Debug is left out at every level: there Bolt writes acknowledgements and request bodies.
 * The text of Bolt becomes a field, without what it quotes, since a parse error quotes the body it could not read.
 */
export function createBoltLogger(log: Log): Logger {
  return {
    debug: () => {},
    info: (...words) => log.debug({ detail: detailOf(words) }, 'bolt'),
    warn: (...words) => log.warn({ detail: detailOf(words) }, 'bolt warned'),
    error: (...words) => log.error({ detail: detailOf(words) }, 'bolt failed'),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}

/** For clients whose failures reach us as errors anyway. */
export const silentBoltLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

function detailOf(words: readonly unknown[]): string {
  const [first] = words;
  const text = first instanceof Error ? first.message : typeof first === 'string' ? first : '';
  return text.replaceAll(/"[^"]*"?|'[^']*'?/g, '"…"').slice(0, MAX_DETAIL_LENGTH);
}
