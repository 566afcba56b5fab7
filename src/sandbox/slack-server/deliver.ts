import { setTimeout as wait } from 'node:timers/promises';
import type { DeliveryKind, FaultState } from './faults.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { SandboxRefusal } from './refusal.ts';
import { signBody } from './signing.ts';
import type { Acknowledgement, Envelope } from './sockets.ts';

/** What came of one request to the app. `body` is parsed when it is JSON; status 0 means no answer. */
export interface Delivery {
  readonly status: number;
  readonly body: unknown;
  readonly ms: number;
  readonly timedOut: boolean;
}

export interface DeliverDeps {
  readonly signingSecret: string;
  readonly requestUrl: () => string | undefined;
  readonly signedAt: () => Date;
  readonly faults: FaultState;
  /** Slack waits three seconds for an acknowledgement. */
  readonly ackTimeoutMs: number;
  readonly eventRetryDelaysMs: readonly number[];
  readonly stopped: AbortSignal;
  /** Used instead of the request URL whenever the app has a socket open; undefined when it has none. */
  readonly sendOverSocket: (envelope: Envelope) => Promise<Acknowledgement> | undefined;
}

export interface Deliver {
  /** A command: one try, as a form. */
  form(kind: DeliveryKind, fields: Readonly<Record<string, string>>): Promise<Delivery>;
  /** An event: the first try; three more follow by themselves after a failure. */
  event(body: JsonObject): Promise<Delivery>;
  /** Resolves when no event waits for another try. */
  settled(): Promise<void>;
}

type Outcome = Delivery & { readonly noRetry: boolean };

/** Sends signed requests to the app, with Slack's patience and Slack's retries. */
export function createDeliver(deps: DeliverDeps): Deliver {
  const retries = new Set<Promise<void>>();

  async function once(kind: DeliveryKind, send: () => Promise<Outcome>): Promise<Outcome> {
    if (deps.faults.takeLost(kind)) return { status: 0, body: undefined, ms: 0, timedOut: false, noRetry: false };
    if (!deps.faults.takeTwice(kind)) return send();
    const [first] = await Promise.all([send(), send()]);
    return first;
  }

  async function retry(body: string, first: Outcome): Promise<void> {
    let last = first;
    for (const [index, delayMs] of deps.eventRetryDelaysMs.entries()) {
      if (isSuccess(last) || last.noRetry) return;
      await wait(delayMs, undefined, { signal: deps.stopped, ref: false });
      const again = { attempt: index + 1, reason: reasonOf(last) };
      last = await once('event', () => sendEvent(deps, body, again));
    }
  }

  return {
    async form(kind, fields) {
      return withoutRetry(await once(kind, () => sendForm(deps, fields)));
    },
    async event(event) {
      const body = JSON.stringify(event);
      const first = await once('event', () => sendEvent(deps, body));
      const task = retry(body, first).catch((error: unknown) => {
        // The server was stopped while a retry was waiting for its time.
        if (!deps.stopped.aborted) throw error;
      });
      retries.add(task);
      void task.finally(() => retries.delete(task));
      return withoutRetry(first);
    },
    async settled() {
      while (retries.size > 0) await Promise.all(retries);
    },
  };
}

/** True for a status that Slack takes as received. */
export function isSuccess(delivery: Delivery): boolean {
  return !delivery.timedOut && delivery.status >= 200 && delivery.status < 300;
}

function sendForm(deps: DeliverDeps, fields: Readonly<Record<string, string>>): Promise<Outcome> {
  const acknowledged = deps.sendOverSocket(envelopeOf(fields));
  if (acknowledged !== undefined) return outcomeOf(acknowledged);
  const body = new URLSearchParams(fields).toString();
  return post(deps, { type: 'application/x-www-form-urlencoded', body, headers: {} });
}

function sendEvent(deps: DeliverDeps, body: string, retry?: Envelope['retry']): Promise<Outcome> {
  const event = parseJson(body);
  const payload = isObject(event) ? event : {};
  const again = retry === undefined ? {} : { retry };
  const acknowledged = deps.sendOverSocket({ type: 'events_api', payload, acceptsResponse: false, ...again });
  if (acknowledged !== undefined) return outcomeOf(acknowledged);
  const headers: Record<string, string> =
    retry === undefined ? {} : { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason };
  return post(deps, { type: 'application/json', body, headers });
}

/** Only commands, forms and suggestions are answered in the acknowledgement. */
function envelopeOf(fields: Readonly<Record<string, string>>): Envelope {
  const interaction = parseJson(fields['payload'] ?? '');
  if (!isObject(interaction)) return { type: 'slash_commands', payload: fields, acceptsResponse: true };
  const acceptsResponse = ['view_submission', 'block_suggestion'].includes(String(interaction['type']));
  return { type: 'interactive', payload: interaction, acceptsResponse };
}

/** In the words of HTTP: an empty payload is an empty 200. */
async function outcomeOf(acknowledged: Promise<Acknowledgement>): Promise<Outcome> {
  const started = performance.now();
  const { kind, payload } = await acknowledged;
  const ms = performance.now() - started;
  const body = Object.keys(payload).length === 0 ? '' : payload;
  if (kind === 'acknowledged') return { status: 200, body, ms, timedOut: false, noRetry: false };
  return { status: 0, body: undefined, ms, timedOut: kind === 'late', noRetry: false };
}

interface Sent {
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function post(deps: DeliverDeps, sent: Sent): Promise<Outcome> {
  const url = deps.requestUrl();
  if (url === undefined) throw new SandboxRefusal('no request URL is set: call setRequestUrl first');
  const { timestamp, signature } = signBody(deps.signingSecret, deps.signedAt(), sent.body);
  const headers = {
    'content-type': sent.type,
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
    ...sent.headers,
  };
  const started = performance.now();
  const patience = AbortSignal.timeout(deps.ackTimeoutMs);
  const signal = AbortSignal.any([patience, deps.stopped]);
  try {
    const response = await fetch(url, { method: 'POST', headers, body: sent.body, signal, redirect: 'manual' });
    const text = await response.text();
    const noRetry = response.headers.get('x-slack-no-retry') === '1';
    const ms = performance.now() - started;
    return { status: response.status, body: readBody(text), ms, timedOut: false, noRetry };
  } catch {
    // Refused, cut or too late: all of them are an app that did not answer.
    const ms = performance.now() - started;
    return { status: 0, body: undefined, ms, timedOut: patience.aborted, noRetry: false };
  }
}

function readBody(text: string): unknown {
  const parsed = parseJson(text);
  return isObject(parsed) ? parsed : text;
}

function withoutRetry({ status, body, ms, timedOut }: Outcome): Delivery {
  return { status, body, ms, timedOut };
}

function reasonOf(last: Outcome): string {
  if (last.timedOut) return 'http_timeout';
  return last.status === 0 ? 'connection_failed' : 'http_error';
}
