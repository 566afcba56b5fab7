import { isObject, type JsonObject, parseJson, readText } from '../json.ts';
import { ApiRefusal, refuseArgument } from '../refusal.ts';
import type { SandboxChannel, Workspace } from '../workspace.ts';

export interface MethodContext {
  readonly workspace: Workspace;
  readonly now: Date;
  readonly scopes: ReadonlySet<string>;
}

export interface ApiMethod {
  /** Any of these grants the call; an empty list needs none. */
  readonly scopes: readonly string[];
  run(context: MethodContext, args: JsonObject): JsonObject;
}

/** A required argument as text. */
export function requireText(args: JsonObject, key: string): string {
  const value = readText(args, key);
  if (value === undefined || value === '') throw refuseArgument(`missing required field: ${key}`);
  return value;
}

/** The channel named by the arguments. A private one that the app is not in looks the same as none at all. */
export function requireChannel(context: MethodContext, args: JsonObject, key = 'channel'): SandboxChannel {
  const channel = context.workspace.channels.get(requireText(args, key));
  if (channel === undefined || (channel.kind === 'private' && !isMember(context, channel))) {
    throw new ApiRefusal('channel_not_found');
  }
  return channel;
}

/** True when the app itself is in the channel. */
export function isMember(context: MethodContext, channel: SandboxChannel): boolean {
  return channel.members.has(context.workspace.botUserId);
}

/** An argument that is JSON, either as it is or as text inside a form; `error` is what Slack says when it is neither. */
export function readJsonArgument(args: JsonObject, key: string, error: string): unknown {
  const value = args[key];
  if (typeof value !== 'string') return value;
  if (value === '') return undefined;
  const parsed = parseJson(value);
  if (parsed === undefined) throw new ApiRefusal(error);
  return parsed;
}

/** Cuts one page out of a list, with a cursor that only this server understands. */
export function page<T>(
  items: readonly T[],
  args: JsonObject,
  defaultLimit = 100,
): { readonly items: readonly T[]; readonly response_metadata: { readonly next_cursor: string } } {
  const cursor = readText(args, 'cursor') ?? '';
  const from = cursor === '' ? 0 : decodeCursor(cursor);
  const limit = Number(readText(args, 'limit') ?? defaultLimit) || defaultLimit;
  if (limit < 0 || limit > 1000) throw new ApiRefusal('invalid_limit');
  const next = from + limit < items.length ? Buffer.from(`next:${from + limit}`).toString('base64') : '';
  return { items: items.slice(from, from + limit), response_metadata: { next_cursor: next } };
}

function decodeCursor(cursor: string): number {
  const found = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString());
  if (found === null) throw new ApiRefusal('invalid_cursor');
  return Number(found[1]);
}

/** An argument that must be a JSON object. */
export function requireObject(args: JsonObject, key: string): JsonObject {
  const value = readJsonArgument(args, key, 'invalid_arguments');
  if (!isObject(value)) throw refuseArgument(`missing required field: ${key}`);
  return value;
}
