import { z } from 'zod';
import type { AlsoTell, Annotation } from '../app/outside/outside-ports.ts';
import { OutsideError } from '../domain/errors.ts';

export interface GrafanaOptions {
  /** Grafana's address; may have a path. */
  readonly url: string;
  readonly token: string;
  readonly fetch?: typeof globalThis.fetch;
}

/** Grafana, as far as we need it. */
export interface Grafana {
  readonly annotate: NonNullable<AlsoTell['annotate']>;
  /** Proves address and token: the version that answers. */
  check(): Promise<string>;
}

/** The lease is checked for this long before a write. */
const timeoutMs = 8_000;

/** More annotations with the same tags do not begin and end in the same milliseconds. */
const lookedAt = 100;

const Health = z.object({ version: z.string().default('unknown') });
const Found = z.array(z.object({ time: z.number(), timeEnd: z.number(), tags: z.array(z.string()).nullish() }));

/**
 * Writes annotations of the whole organisation, which every dashboard can show by their tags. Grafana has no key for
 * repetitions, so we look first: what an attempt without an answer left behind is not added again.
 * @see https://grafana.com/docs/grafana/latest/developers/http_api/annotations/
 */
export function createGrafana(options: GrafanaOptions): Grafana {
  return {
    async annotate(annotation) {
      if (await isThere(annotation, options)) return;
      const { from, to, tags } = annotation;
      const body = { time: from.getTime(), timeEnd: to.getTime(), tags, text: renderText(annotation) };
      await call(options, { method: 'POST', path: 'api/annotations', body });
    },
    async check() {
      const { version } = readAs(Health, await call(options, { method: 'GET', path: 'api/health' }));
      // Health is told to everybody; this needs the token.
      await call(options, { method: 'GET', path: 'api/annotations?limit=1' });
      return version;
    },
  };
}

async function isThere({ from, to, tags }: Annotation, options: GrafanaOptions): Promise<boolean> {
  const query = new URLSearchParams(tags.map((tag): [string, string] => ['tags', tag]));
  query.set('from', String(from.getTime()));
  query.set('to', String(to.getTime()));
  query.set('limit', String(lookedAt));
  const found = readAs(Found, await call(options, { method: 'GET', path: `api/annotations?${query.toString()}` }));
  return found.some(({ time, timeEnd }) => time === from.getTime() && timeEnd === to.getTime());
}

/** Grafana shows the text as HTML. */
function renderText({ text, url }: Annotation): string {
  const words = escape(text);
  return url === undefined ? words : `${words} <a href="${escape(url)}">GitLab</a>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

async function call({ url, token, fetch = globalThis.fetch }: GrafanaOptions, request: Request): Promise<unknown> {
  const { method, path, body } = request;
  const what = `${method} ${path.split('?', 1)[0]}`;
  try {
    const response = await fetch(`${url}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      // A token goes nowhere else than where it was meant to.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw refusal(what, response.status);
    return await response.json();
  } catch (error) {
    if (error instanceof OutsideError) throw error;
    const hint = 'Check GRAFANA_URL, and whether Grafana can be reached from here.';
    throw failure(`Grafana gave no answer that can be read to ${what}`, { hint, cause: error });
  }
}

function refusal(what: string, status: number): OutsideError {
  return failure(`Grafana answered ${status} to ${what}`, { hint: hintFor(status) });
}

function hintFor(status: number): string {
  if (status === 401) return 'Check GRAFANA_TOKEN: it is wrong, revoked or expired.';
  if (status === 403)
    return "The service account of GRAFANA_TOKEN needs the role Editor, or annotations' read and create.";
  if (status === 404 || (status >= 300 && status < 400)) return 'Check GRAFANA_URL: Grafana itself is not there.';
  return 'It is tried again later.';
}

/** All can pass by themselves or once somebody has mended the settings of Grafana, so all are tried again. */
function failure(message: string, options: { readonly hint: string; readonly cause?: unknown }): OutsideError {
  return new OutsideError(message, { service: 'Grafana', retryable: true }, options);
}

function readAs<T>(schema: z.ZodType<T>, answer: unknown): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  throw failure('Grafana answered something unexpected', { hint: 'Check GRAFANA_URL: it may lead elsewhere.' });
}
