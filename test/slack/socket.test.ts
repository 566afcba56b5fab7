import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ConfigError } from '../../src/domain/errors.ts';
import { createSlackServer, type SlackServer, type SlackServerOptions } from '../../src/sandbox/slack-server/server.ts';
import { createSlackSocket, type SlackSocketDeps } from '../../src/slack/socket.ts';
import { until } from '../support/until.ts';
import { aClick, aLog, anInbox, noForms } from './bot.ts';
import { reply, startStub } from './stub.ts';

const running: { stop(): unknown }[] = [];
const deploy = { user: 'U0ANN', channel: 'C0DEPLOYS', command: '/deploy', text: 'prod v1.4.0' };
const rateLimited = { type: 'app_rate_limited', team_id: 'T0ACME' };

afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one.stop();
});

const failing = async (): Promise<boolean> => {
  throw new Error('disk full');
};

async function startSlack(options: SlackServerOptions = {}): Promise<SlackServer> {
  const slack = createSlackServer({ eventRetryDelaysMs: [5, 5, 5], ...options });
  await slack.start();
  running.push(slack);
  return slack;
}

async function aSocket(apiUrl: string, overrides: Partial<SlackSocketDeps> = {}) {
  const { log, entries } = aLog();
  const inbox = anInbox();
  const woken: string[] = [];
  const socket = await createSlackSocket({
    botToken: 'xoxb-sandbox',
    appToken: 'xapp-sandbox',
    apiUrl,
    acceptInput: inbox.acceptInput,
    wake: (worker) => void woken.push(worker),
    identity: { teamId: 'T0ACME', botUserId: 'U0CHATOPS', appId: undefined },
    forms: noForms,
    slack: { openView: async () => undefined },
    now: () => new Date(),
    maskSecrets: (text) => text,
    log,
    ...overrides,
  });
  running.push(socket);
  const said = (message: string) => entries.filter((entry) => entry.message === message);
  return { socket, rows: inbox.rows, woken, entries, said };
}

async function connected(overrides: Partial<SlackSocketDeps> = {}, options: SlackServerOptions = {}) {
  const slack = await startSlack(options);
  const bot = await aSocket(`${slack.url}/api/`, overrides);
  await bot.socket.start();
  return { slack, ...bot };
}

/** A Slack of which the test writes every frame. */
async function aRawSlack(welcome: (ws: WebSocket) => void) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stub = await startStub((response) => reply(response, { ok: true, url }));
  const acknowledged: unknown[] = [];
  server.on('connection', (ws) => {
    ws.on('message', (data: Buffer) => void acknowledged.push(JSON.parse(data.toString('utf8'))));
    welcome(ws);
  });
  running.push(stub, { stop: () => server.close() });
  return { apiUrl: stub.apiUrl, acknowledged, asked: stub.requests };
}

const envelope = (id: string, type: string, payload: unknown) =>
  JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: true });

describe('a payload over the socket', () => {
  it('is acknowledged once its row is there, and wakes the inbox', async () => {
    const { slack, rows, woken } = await connected();

    const delivery = await slack.command({ ...deploy, triggerId: 'T1' });

    expect(delivery).toMatchObject({ status: 200, body: '' });
    expect([...rows.keys()]).toEqual(['slack:trigger:T1']);
    expect(JSON.parse(rows.get('slack:trigger:T1')?.body ?? '')).toMatchObject({
      command: '/deploy',
      user_id: 'U0ANN',
    });
    expect(woken).toEqual(['inbox']);
  });

  it('is not acknowledged before its row is durable', async () => {
    const commit = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const inbox = anInbox(() => {
      asked.resolve();
      return commit.promise;
    });
    const { slack } = await connected({ acceptInput: inbox.acceptInput });

    const sent = slack.command(deploy);
    await asked.promise;
    expect(slack.sockets.envelopes).toEqual([]);
    commit.resolve();

    expect((await sent).status).toBe(200);
    expect(inbox.rows.size).toBe(1);
  });

  it('is one row when it comes twice, and both are acknowledged', async () => {
    const { slack, rows } = await connected();
    slack.faults.deliverTwice('command');

    await slack.command(deploy);
    await until('two acknowledgements', () => slack.sockets.envelopes.length === 2);

    expect(slack.sockets.envelopes.map(({ result }) => result)).toEqual(['acknowledged', 'acknowledged']);
    expect(rows.size).toBe(1);
  });

  it('tells who typed it that nothing was done when it cannot be stored', async () => {
    const { slack } = await connected({ acceptInput: failing });

    const delivery = await slack.command(deploy);

    expect(delivery.body).toMatchObject({ text: expect.stringContaining('Nothing was changed.') });
  });

  it('is not acknowledged as an event that cannot be stored, so that Slack sends it again', async () => {
    const inbox = anInbox();
    let tries = 0;
    const second = async (...row: Parameters<typeof inbox.acceptInput>): Promise<boolean> => {
      tries += 1;
      return tries === 1 ? failing() : inbox.acceptInput(...row);
    };
    const { slack } = await connected({ acceptInput: second }, { ackTimeoutMs: 500 });

    await slack.mention({ user: 'U0ANN', channel: 'C0DEPLOYS', text: 'retry' });
    await slack.settled();

    expect(slack.sockets.envelopes.map(({ result }) => result)).toEqual(['late', 'acknowledged']);
    expect(inbox.rows.size).toBe(1);
  });

  it('is told of in the log when it is acknowledged too late', async () => {
    let now = Date.parse('2026-11-23T10:00:00Z');
    const inbox = anInbox(async () => {
      now += 3_001;
    });
    const { slack, said } = await connected({ acceptInput: inbox.acceptInput, now: () => new Date(now) });

    await slack.command(deploy);

    expect(said('slack acknowledged too late')).toHaveLength(1);
  });
});

describe('a frame', () => {
  it('that nobody understands is logged without its content, and those after it are taken', async () => {
    const raw = await aRawSlack((ws) => {
      for (const frame of [
        '{"type":"hello"}',
        'xsecretx',
        'null',
        '{"no":"xsecretx"}',
        envelope('E1', 'events_api', rateLimited),
        envelope('E2', 'interactive', { type: 'xsecretx' }),
        envelope('E3', 'interactive', aClick()),
      ])
        ws.send(frame);
    });
    const bot = await aSocket(raw.apiUrl);

    await bot.socket.start();
    await until('the acknowledgement of the click', () => raw.acknowledged.length === 2);

    expect(raw.acknowledged).toEqual([
      expect.objectContaining({ envelope_id: 'E1' }),
      expect.objectContaining({ envelope_id: 'E3' }),
    ]);
    expect([...bot.rows.keys()]).toEqual(['slack:trigger:3.4.click']);
    expect(bot.said('slack socket frame not read')).toHaveLength(3);
    expect(bot.said('slack holds back events')).toHaveLength(1);
    expect(bot.said('slack payload of an unknown type')).toHaveLength(1);
    expect(JSON.stringify(bot.entries)).not.toContain('xsecretx');
  });
});

describe('the connection', () => {
  it('is renewed before Slack ends it, and the old one is closed', async () => {
    const { slack, socket, said } = await connected();

    slack.sockets.disconnect('warning', 60_000);
    await until('another connection alone', () => slack.sockets.opened === 2 && slack.sockets.open === 1);

    expect(socket.state).toBe('connected');
    expect(said('slack socket lost')).toEqual([]);
    expect((await slack.command(deploy)).status).toBe(200);
  });

  it('is made again after it died in silence, which is logged', async () => {
    const { slack, said } = await connected({ pingTimeoutMs: 300 });

    slack.sockets.silence();
    await until('another connection', () => slack.sockets.opened === 2);

    expect(said('slack socket lost')).toHaveLength(1);
    expect(said('bolt warned').map(({ fields }) => fields['detail'])).toContainEqual(expect.stringContaining('pong'));
  });

  it('is tried again when Slack never says hello', async () => {
    let welcomed = 0;
    const raw = await aRawSlack((ws) => {
      welcomed += 1;
      if (welcomed === 2) ws.send('{"type":"hello"}');
    });
    const { socket, said } = await aSocket(raw.apiUrl, { openTimeoutMs: 100 });

    await socket.start();
    expect(socket.state).toBe('connecting');
    await until('a connection', () => socket.state === 'connected');

    expect(said('slack socket not open yet')).toHaveLength(1);
    expect(raw.asked).toHaveLength(2);
  });

  it('waits as long as Slack asks', async () => {
    const slack = await startSlack();
    slack.faults.add({ method: 'apps.connections.open', count: 1, effect: { kind: 'rate_limited', retryAfter: 1 } });
    const { socket } = await aSocket(`${slack.url}/api/`);

    const startedAt = performance.now();
    await socket.start();
    await until('a connection', () => socket.state === 'connected');

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000);
  });

  it('names the setting when Slack refuses the token at the start', async () => {
    const slack = await startSlack();
    const { socket } = await aSocket(`${slack.url}/api/`, { appToken: 'xapp-wrong' });

    const starting = socket.start();

    await expect(starting).rejects.toThrow(ConfigError);
    await expect(starting).rejects.toThrow('SLACK_APP_TOKEN: Slack refuses this token (invalid_auth)');
  });

  it('stays away when the token is refused later, and says what to do', async () => {
    const { slack, socket, said } = await connected();

    slack.faults.add({ method: 'apps.connections.open', effect: { kind: 'error', error: 'account_inactive' } });
    slack.sockets.drop();
    await until('the refusal', () => socket.state === 'refused');

    expect(String(said('slack socket refused')[0]?.fields['err'])).toContain('SLACK_APP_TOKEN');
  });

  it('is one too many as the eleventh, and says what to do', async () => {
    const slack = await startSlack();
    for (let count = 0; count < 10; count += 1) await (await aSocket(`${slack.url}/api/`)).socket.start();
    const { socket, said } = await aSocket(`${slack.url}/api/`);

    await socket.start();

    expect(socket.state).toBe('connecting');
    expect(said('slack ends the socket')[0]?.fields).toMatchObject({ reason: 'too_many_websockets' });
  });

  it('is closed by stop after what is under way was acknowledged, and not made again', async () => {
    const commit = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const inbox = anInbox(() => {
      asked.resolve();
      return commit.promise;
    });
    const { slack, socket } = await connected({ acceptInput: inbox.acceptInput });

    const sent = slack.command(deploy);
    await asked.promise;
    const stopping = socket.stop();
    commit.resolve();
    await stopping;

    expect((await sent).status).toBe(200);
    await until('the end', () => slack.sockets.open === 0);
    expect([socket.state, slack.sockets.opened]).toEqual(['stopped', 1]);
  });

  it('shows no token in the log', async () => {
    const { slack, entries } = await connected({ acceptInput: failing });

    await slack.command(deploy);
    slack.sockets.drop();
    await until('another connection', () => slack.sockets.opened === 2);

    const logged = JSON.stringify(entries, (_key, value: unknown) =>
      value instanceof Error ? `${value.message} ${value.stack}` : value,
    );
    for (const hidden of ['xapp-sandbox', 'xoxb-sandbox', 'ticket=', 'prod v1.4.0'])
      expect(logged).not.toContain(hidden);
  });
});
