import { createHmac } from 'node:crypto';
import type { SlackForms } from '../../src/app/forms/slack-forms.ts';
import type { Log } from '../../src/app/ports.ts';
import type { AcceptInput, NewInboxRow } from '../../src/app/store-ports.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createSlackApp, SLACK_PATH, type SlackAppDeps } from '../../src/slack/app.ts';

export const SIGNING_SECRET = 'signing-secret-of-tests';

/** A log that keeps what it is told. */
export function aLog() {
  const entries: { readonly level: string; readonly fields: Record<string, unknown>; readonly message: string }[] = [];
  const keep = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void entries.push({ level, fields, message });
  const log: Log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  return { log, entries };
}

/** An inbox in memory: a key once, and rows are there only after the commit. */
export function anInbox(commit: () => Promise<void> = async () => {}) {
  const rows = new Map<string, NewInboxRow>();
  const acceptInput: AcceptInput = async (row) => {
    await commit();
    if (rows.has(row.key)) return false;
    rows.set(row.key, row);
    return true;
  };
  return { rows, acceptInput };
}

/** A bot without forms. */
export const noForms: SlackForms = { toOpen: () => undefined, errorsIn: () => undefined, options: async () => [] };

/** The Slack room behind our own HTTP server. */
export async function startBot(overrides: Partial<SlackAppDeps> = {}) {
  const { log, entries } = aLog();
  const inbox = anInbox();
  const woken: string[] = [];
  const app = await createSlackApp({
    botToken: 'xoxb-test',
    signingSecret: SIGNING_SECRET,
    apiUrl: 'http://127.0.0.1:1/api/',
    acceptInput: inbox.acceptInput,
    wake: (worker) => void woken.push(worker),
    identity: { teamId: 'T0ACME', botUserId: 'U0CHATOPS', appId: undefined },
    forms: noForms,
    slack: { openView: async () => undefined },
    now: () => new Date('2026-11-23T10:00:00Z'),
    wallClock: () => new Date(),
    maskSecrets: (text) => text,
    log,
    ...overrides,
  });
  const handle = app.requestListener;
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes: [{ method: 'POST', path: SLACK_PATH, handle }],
    log,
  });
  const { port } = await server.start();
  return { url: `http://127.0.0.1:${port}${SLACK_PATH}`, rows: inbox.rows, woken, entries, stop: () => server.stop(0) };
}

interface Sending {
  readonly at?: Date;
  readonly secret?: string;
  readonly type?: string;
}

/** Sends a body as Slack does, signed over its bytes. */
export function sendSigned(url: string, body: string, sending: Sending = {}): Promise<Response> {
  const timestamp = Math.floor((sending.at ?? new Date()).getTime() / 1000);
  const digest = createHmac('sha256', sending.secret ?? SIGNING_SECRET)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': sending.type ?? 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': `v0=${digest}`,
    },
    body,
  });
}

export function aCommand(overrides: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({
    token: 'legacy-verification-token',
    team_id: 'T0ACME',
    channel_id: 'C0DEPLOYS',
    user_id: 'U0ANN',
    command: '/deploy',
    text: 'prod v1.4.0',
    response_url: 'https://hooks.slack.com/commands/T0ACME/1/abc',
    trigger_id: '1.2.abc',
    ...overrides,
  }).toString();
}

export function aClick(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'block_actions',
    team: { id: 'T0ACME' },
    user: { id: 'U0ANN', team_id: 'T0ACME' },
    channel: { id: 'C0DEPLOYS' },
    container: { type: 'message', message_ts: '1700000000.000100', is_ephemeral: false },
    trigger_id: '3.4.click',
    response_url: 'https://hooks.slack.com/actions/T0ACME/1/abc',
    actions: [{ type: 'button', action_id: 'plan_confirm', block_id: 'b', value: 'plan-1' }],
    ...overrides,
  };
}

export function aMention(event: Readonly<Record<string, unknown>> = {}, overrides: object = {}) {
  return {
    type: 'event_callback',
    team_id: 'T0ACME',
    event_id: 'Ev1',
    event: {
      type: 'app_mention',
      user: 'U0ANN',
      team: 'T0ACME',
      text: '<@U0CHATOPS> retry',
      channel: 'C0DEPLOYS',
      ts: '1700000001.000100',
      thread_ts: '1700000000.000100',
      ...event,
    },
    ...overrides,
  };
}

export function asForm(payload: object): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
