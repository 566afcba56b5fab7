import type { ReadLiveVersion } from '../app/checks/check-ports.ts';
import type { LiveVersion } from '../domain/verification.ts';
import { type FetchLimits, fetchText } from './fetch-text.ts';

const limits: FetchLimits = { timeoutMs: 10_000, maxBytes: 64 * 1024 };

/** Longer than any version or commit. */
const maxVersion = 200;

/** Reads which version an address says that it runs. */
export const readLiveVersion: ReadLiveVersion = async ({ url, field }) => {
  const fetched = await fetchText(url, limits);
  if (fetched.kind === 'none') return unreadable(fetched.words);
  if (fetched.status !== 200) return unreadable(`answered with HTTP ${fetched.status}`);
  const json = parseJson(fetched.text);
  if (json === undefined) return unreadable('answered with something that is not JSON');
  const value = field.split('.').reduce(below, json);
  if (typeof value !== 'string' && typeof value !== 'number') return unreadable(`says nothing under \`${field}\``);
  return { kind: 'version', version: String(value).slice(0, maxVersion) };
};

function below(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What a load balancer says while nothing runs behind it.
    return undefined;
  }
}

function unreadable(words: string): LiveVersion {
  return { kind: 'unreadable', words };
}
