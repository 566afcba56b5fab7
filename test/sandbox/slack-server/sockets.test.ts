import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { SlackServer } from '../../../src/sandbox/slack-server/server.ts';
import { until } from '../../support/until.ts';
import { aButton, type Setup, startSlack } from './support.ts';

const DEPLOY = { user: 'U0ANN', channel: 'C0DEPLOYS', command: '/deploy', text: 'prod v1.4.0' };

type Frame = Record<string, unknown>;

async function open(slack: SlackServer, token = slack.appToken): Promise<Frame> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${slack.url}/api/apps.connections.open`, { method: 'POST', headers });
  return (await response.json()) as Frame;
}

/** An app that keeps its frames and acknowledges each envelope with what `answer` says; undefined: not at all. */
async function anApp(setup: Setup, answer: (frame: Frame) => unknown = () => ({})) {
  const ws = new WebSocket(String((await open(setup.slack))['url']));
  onTestFinished(() => ws.terminate());
  const frames: Frame[] = [];
  ws.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8')) as Frame;
    frames.push(frame);
    const payload = answer(frame);
    if (frame['envelope_id'] !== undefined && payload !== undefined) {
      ws.send(JSON.stringify({ envelope_id: frame['envelope_id'], payload }));
    }
  });
  await once(ws, 'message');
  return { ws, frames, envelopes: () => frames.filter((frame) => frame['envelope_id'] !== undefined) };
}

describe('apps.connections.open', () => {
  it('takes the app token and no other, which takes nothing else', async () => {
    const { slack } = await startSlack();

    const headers = { authorization: `Bearer ${slack.appToken}` };
    const other = await fetch(`${slack.url}/api/auth.test`, { method: 'POST', headers });

    expect(await open(slack)).toMatchObject({ ok: true, url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/link/) });
    expect(await open(slack, slack.botToken)).toEqual({ ok: false, error: 'not_allowed_token_type' });
    expect(await open(slack, 'xapp-wrong')).toEqual({ ok: false, error: 'invalid_auth' });
    expect(await other.json()).toEqual({ ok: false, error: 'not_allowed_token_type' });
  });

  it('gives an address that works once', async () => {
    const { slack } = await startSlack();
    const { url } = await open(slack);
    const first = new WebSocket(String(url));
    await once(first, 'message');

    const second = new WebSocket(String(url));
    const [refused] = (await once(second, 'error')) as [Error];

    expect(refused.message).toContain('401');
    expect(slack.sockets.opened).toBe(1);
  });
});

describe('a socket', () => {
  it('says hello, and gets commands instead of the request URL', async () => {
    const setup = await startSlack();
    const app = await anApp(setup, () => ({ text: 'Understood.' }));

    const delivery = await setup.slack.command(DEPLOY);

    expect(app.frames[0]).toMatchObject({
      type: 'hello',
      num_connections: 1,
      connection_info: { app_id: 'A0CHATOPS' },
    });
    expect(app.envelopes()).toMatchObject([
      { type: 'slash_commands', accepts_response_payload: true, payload: { command: '/deploy', user_id: 'U0ANN' } },
    ]);
    expect(delivery).toMatchObject({ status: 200, body: { text: 'Understood.' } });
    expect(setup.slack.ephemerals('U0ANN')).toMatchObject([{ text: 'Understood.' }]);
    expect(setup.app.received).toEqual([]);
  });

  it('gets clicks, whose answer is not looked at', async () => {
    const setup = await startSlack();
    const app = await anApp(setup, () => ({ text: 'ignored' }));
    const blocks = [{ type: 'actions', block_id: 'row', elements: [aButton('go')] }];
    const { ts } = await setup.api('chat.postMessage', { channel: 'C0DEPLOYS', text: 'x', blocks });

    const delivery = await setup.slack.click({
      user: 'U0ANN',
      channel: 'C0DEPLOYS',
      messageTs: String(ts),
      actionId: 'go',
    });

    expect(app.envelopes()).toMatchObject([
      { type: 'interactive', accepts_response_payload: false, payload: { type: 'block_actions' } },
    ]);
    expect(delivery).toMatchObject({ status: 200, body: '' });
  });

  it('gets an event again until it is acknowledged', async () => {
    const setup = await startSlack({ ackTimeoutMs: 300, eventRetryDelaysMs: [0, 1, 1] });
    let count = 0;
    const app = await anApp(setup, (frame) => {
      if (frame['envelope_id'] !== undefined) count += 1;
      return count > 1 ? {} : undefined;
    });

    await setup.slack.mention({ user: 'U0ANN', channel: 'C0DEPLOYS', text: 'x' });
    await setup.slack.settled();

    expect(app.envelopes()).toMatchObject([
      { type: 'events_api', retry_attempt: 0 },
      { type: 'events_api', retry_attempt: 1, retry_reason: 'http_timeout' },
    ]);
  });

  it('is given three seconds for a command, then the user is told', async () => {
    const setup = await startSlack({ ackTimeoutMs: 40 });
    await anApp(setup, () => undefined);

    const late = await setup.slack.command(DEPLOY);

    expect(late).toMatchObject({ status: 0, timedOut: true });
    expect(setup.slack.ephemerals('U0ANN')[0]?.text).toContain('operation_timeout');
  });

  it('is one of ten at most', async () => {
    const setup = await startSlack();
    for (let count = 0; count < 10; count += 1) await anApp(setup);

    const eleventh = await anApp(setup);

    expect(eleventh.frames).toEqual([{ type: 'disconnect', reason: 'too_many_websockets' }]);
    expect(setup.slack.sockets.open).toBe(10);
  });

  it('shares the payloads with the others', async () => {
    const setup = await startSlack();
    const apps = [await anApp(setup), await anApp(setup)];

    for (let count = 0; count < 4; count += 1) await setup.slack.command(DEPLOY);

    expect(apps.map((app) => app.envelopes().length)).toEqual([2, 2]);
  });

  it('is told before it is closed', async () => {
    const setup = await startSlack();
    const app = await anApp(setup);
    const closed = once(app.ws, 'close');

    setup.slack.sockets.disconnect('warning', 50);
    await until('the warning', () => app.frames.some((frame) => frame['reason'] === 'warning'));
    expect(app.ws.readyState).toBe(WebSocket.OPEN);
    await closed;

    await until('the end', () => setup.slack.sockets.open === 0);
  });

  it('can be cut, and what was under way fails', async () => {
    const setup = await startSlack();
    const app = await anApp(setup, () => undefined);
    const sent = setup.slack.command(DEPLOY);

    setup.slack.sockets.drop();

    expect(await sent).toMatchObject({ status: 0, timedOut: false });
    await until('the end', () => app.ws.readyState === WebSocket.CLOSED);
  });

  it('can die in silence: it stays open, answers no ping and brings nothing', async () => {
    const setup = await startSlack({ ackTimeoutMs: 40 });
    const app = await anApp(setup);
    let pongs = 0;
    app.ws.on('pong', () => {
      pongs += 1;
    });
    app.ws.ping();
    await until('a pong', () => pongs === 1);

    setup.slack.sockets.silence();
    app.ws.ping();
    const lost = await setup.slack.command(DEPLOY);

    expect(lost.timedOut).toBe(true);
    expect([pongs, app.ws.readyState, app.envelopes().length]).toEqual([1, WebSocket.OPEN, 0]);
  });
});
