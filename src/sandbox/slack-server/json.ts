/** Reading of loosely typed arguments and payloads: everything that comes over the wire is `unknown` first. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object, not for a list or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string under `key`; numbers and booleans as Slack reads them from a form, nothing else. */
export function readText(from: JsonObject, key: string): string | undefined {
  const value = from[key];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** True for `true`, `"true"` and `"1"`, which is how flags arrive in JSON and in forms. */
export function readFlag(from: JsonObject, key: string): boolean {
  const value = from[key];
  return value === true || value === 'true' || value === '1' || value === 1;
}

/** The objects of the list under `key`, or an empty list. */
export function readObjects(from: JsonObject, key: string): readonly JsonObject[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The object under `key`, or an empty one. */
export function readObject(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  return isObject(value) ? value : {};
}

/** Parses text as JSON and answers undefined, never an exception, when it is not. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON is an answer here, told apart by the caller.
    return undefined;
  }
}
