import type { User, World } from '../world.ts';

/** One answer of the REST API. A string body is sent as plain text, anything else as JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route gets to see. */
export interface RestRequest {
  readonly world: World;
  readonly user: User;
  readonly method: string;
  /** Path with query, as asked: links to other pages are made from it. */
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  /** Query and body parameters together, as GitLab reads them. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Answers one request. */
export type Handler = (request: RestRequest) => Reply;

/** A route: method, path below `/api/v4` with `:names`, handler. `:path*` takes slashes too. */
export type Route = readonly [method: string, path: string, handler: Handler];

/** 200 with this body. */
export const ok = (body: unknown): Reply => ({ status: 200, body });
/** 201 with this body. */
export const created = (body: unknown): Reply => ({ status: 201, body });
/** GitLab's usual error shape: `{"message": …}`. */
export const message = (status: number, text: unknown): Reply => ({ status, body: { message: text } });
/** `what` as GitLab writes it: `404 Project Not Found`. */
export const notFound = (what = ''): Reply => message(404, `404 ${what === '' ? '' : `${what} `}Not Found`);
/** 403 without a reason, as GitLab mostly gives it. */
export const forbidden = (): Reply => message(403, '403 Forbidden');
/** What the parameter layer answers, before any code of the endpoint runs. */
export const invalid = (text: string): Reply => ({ status: 400, body: { error: text } });

/** A reply thrown from deep inside a handler. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`answered with ${reply.status}`);
    this.reply = reply;
  }
}

/** A text parameter; undefined when absent. */
export function textOf(request: RestRequest, name: string): string | undefined {
  const value = request.input[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** A text parameter that must be there; throws GitLab's 400 otherwise. */
export function requireText(request: RestRequest, name: string): string {
  const value = textOf(request, name);
  if (value === undefined) throw new ReplyError(invalid(`${name} is missing`));
  return value;
}

/** A parameter that is one of these words; throws GitLab's 400 otherwise. */
export function choiceOf<T extends string>(request: RestRequest, name: string, choices: readonly T[]): T | undefined {
  const value = textOf(request, name);
  if (value === undefined) return undefined;
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw new ReplyError(invalid(`${name} does not have a valid value`));
  return choice;
}

/** A date parameter; throws GitLab's 400 when it is none. A `+` that was not escaped arrives as a space, and fails here. */
export function dateOf(request: RestRequest, name: string): Date | undefined {
  const value = textOf(request, name);
  if (value === undefined) return undefined;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new ReplyError(invalid(`${name} is invalid`));
  return date;
}

/** A list parameter, given as `name[]`, as several or as one. */
export function listOf(request: RestRequest, name: string): readonly string[] {
  const value = request.input[name];
  if (Array.isArray(value)) return value.map(String);
  const text = textOf(request, name) ?? '';
  return text === '' ? [] : [text];
}

/** An id from the path; throws GitLab's 400 when it is no number. */
export function idOf(request: RestRequest, name: string): number {
  const value = request.params[name] ?? '';
  if (!/^\d+$/.test(value)) throw new ReplyError(invalid(`${name} is invalid`));
  return Number(value);
}

/** Throws 403 unless the user has at least this access level. */
export function requireLevel(request: RestRequest, level: number): void {
  if ((request.world.members.get(request.user.id) ?? 0) < level) throw new ReplyError(forbidden());
}

/** One page of a list with GitLab's paging headers. */
export function page(request: RestRequest, rows: readonly unknown[]): Reply {
  const number = readCount(request, 'page', 1);
  const size = Math.min(100, readCount(request, 'per_page', 20));
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const next = number < pages ? number + 1 : undefined;
  const previous = number > 1 ? number - 1 : undefined;
  const link = (to: number | undefined, relation: string): string[] =>
    to === undefined ? [] : [`<${linkTo(request, to, size)}>; rel="${relation}"`];
  return {
    status: 200,
    body: rows.slice((number - 1) * size, number * size),
    headers: {
      'x-page': String(number),
      'x-per-page': String(size),
      'x-next-page': next === undefined ? '' : String(next),
      'x-prev-page': previous === undefined ? '' : String(previous),
      'x-total': String(rows.length),
      'x-total-pages': String(pages),
      link: [...link(previous, 'prev'), ...link(next, 'next'), ...link(1, 'first'), ...link(pages, 'last')].join(', '),
    },
  };
}

function readCount(request: RestRequest, name: string, fallback: number): number {
  const value = textOf(request, name);
  if (value === undefined) return fallback;
  if (!/^\d+$/.test(value)) throw new ReplyError(invalid(`${name} is invalid`));
  if (Number(value) < 1) throw new ReplyError(invalid(`${name} does not have a valid value`));
  return Number(value);
}

function linkTo(request: RestRequest, number: number, size: number): string {
  const url = new URL(request.url);
  url.searchParams.set('page', String(number));
  url.searchParams.set('per_page', String(size));
  return url.href;
}
