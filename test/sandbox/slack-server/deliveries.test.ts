import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signBody } from '../../../src/sandbox/slack-server/signing.ts';
import { aButton, aSection, type Setup, startSlack } from './support.ts';

const ANN = { user: 'U0ANN', channel: 'C0DEPLOYS' };
const DEPLOY = { ...ANN, command: '/deploy', text: 'prod v1.4.0' };
const BUTTONS = { type: 'actions', block_id: 'row', elements: [aButton('go')] };

const deploy = (setup: Setup, more = {}) => setup.slack.command({ ...DEPLOY, ...more });

describe('signBody', () => {
  it('signs version, seconds and body as Slack documents it', () => {
    const secret = '8f742231b10e8888abcd99yyyzzz85a5';
    const body = 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J';

    const signed = signBody(secret, new Date(1_531_420_618_999), body);

    const expected = createHmac('sha256', secret).update(`v0:1531420618:${body}`).digest('hex');
    expect(signed).toEqual({ timestamp: '1531420618', signature: `v0=${expected}` });
  });
});

describe('command', () => {
  it('arrives signed, with the fields of Slack', async () => {
    const setup = await startSlack();

    const delivery = await deploy(setup, { triggerId: 'once' });

    const [received] = setup.app.received;
    const { signature, timestamp } = signBody(setup.slack.signingSecret, setup.clock.now, received?.body ?? '');
    expect(delivery).toMatchObject({ status: 200, timedOut: false });
    expect(received?.headers).toMatchObject({ 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp });
    expect(received?.content).toMatchObject({
      command: '/deploy',
      text: 'prod v1.4.0',
      user_id: 'U0ANN',
      channel_id: 'C0DEPLOYS',
      team_id: 'T0ACME',
      api_app_id: 'A0CHATOPS',
      trigger_id: 'once',
    });
    expect(received?.content).not.toHaveProperty('thread_ts');
  });

  it.each([
    ['@raj and #deploys', '<@U0RAJ|raj> and <#C0DEPLOYS|deploys>'],
    ['https://x.example/a', '<https://x.example/a>'],
    ['v1.4.0.dev', '<http://v1.4.0.dev|v1.4.0.dev>'],
    ['a<b & c', 'a&lt;b &amp; c'],
    ['@here v1.4.0', '<!here> v1.4.0'],
  ])('escapes %s', async (text, escaped) => {
    const setup = await startSlack();

    await deploy(setup, { text });

    expect(setup.app.received[0]?.content['text']).toBe(escaped);
  });

  it('shows the answer in the acknowledgement to the asker alone', async () => {
    const setup = await startSlack();
    setup.app.answers.push({ body: { text: 'Understood.' } });

    await deploy(setup);

    expect(setup.slack.ephemerals('U0ANN')).toMatchObject([{ from: 'app', text: 'Understood.' }]);
    expect(setup.slack.messages('C0DEPLOYS')).toEqual([]);
  });

  it('waits three seconds, then tells the user, and never tries again', async () => {
    const setup = await startSlack({ ackTimeoutMs: 300 });
    setup.app.answers.push({ silent: true }, { status: 500 });

    const late = await deploy(setup);
    const broken = await deploy(setup);

    expect([late.timedOut, broken.status]).toEqual([true, 500]);
    expect(setup.app.received).toHaveLength(2);
    expect(setup.slack.ephemerals('U0ANN').map((one) => one.text)).toEqual([
      '/deploy failed with the error "operation_timeout"',
      '/deploy failed with the error "dispatch_failed"',
    ]);
  });

  it('can be delivered twice, with one trigger id, or lost', async () => {
    const setup = await startSlack();
    setup.slack.faults.deliverTwice('command');
    await deploy(setup);
    setup.slack.faults.lose('command');
    await deploy(setup);

    const [first, second, ...more] = setup.app.received.map((one) => one.content['trigger_id']);
    expect([second, more]).toEqual([first, []]);
  });

  it('is not for people outside the channel or deactivated', async () => {
    const setup = await startSlack();
    const gil = setup.slack.users().find((one) => one.id === 'U0GIL');

    await expect(deploy(setup, { user: 'U0GIL', channel: 'C0OPS' })).rejects.toThrow('gil is not in #chatops-ops');
    if (gil !== undefined) setup.slack.setUser({ ...gil, deleted: true });
    await expect(deploy(setup, { user: 'U0GIL' })).rejects.toThrow('gil is deactivated');
  });
});

describe('response_url', () => {
  it('works five times', async () => {
    const setup = await startSlack();
    await deploy(setup);
    const url = setup.app.received[0]?.content['response_url'];
    const statuses: number[] = [];

    for (let count = 0; count < 6; count += 1) statuses.push((await setup.respond(url, { text: `${count}` })).status);

    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(setup.slack.ephemerals('U0ANN')).toHaveLength(5);
  });

  it('works for thirty minutes, where the app is no member too', async () => {
    const setup = await startSlack();
    await deploy(setup, { channel: 'C0RANDOM' });
    const url = setup.app.received[0]?.content['response_url'];

    setup.clock.now = new Date(setup.clock.now.getTime() + 30 * 60_000);
    const inTime = await setup.respond(url, { text: 'x', response_type: 'in_channel' });
    setup.clock.now = new Date(setup.clock.now.getTime() + 1);
    const late = await setup.respond(url, { text: 'x' });

    expect([inTime.status, late.status, late.body['error']]).toEqual([200, 404, 'expired_url']);
    expect(setup.slack.messages('C0RANDOM')).toMatchObject([{ text: 'x', botId: 'B0CHATOPS' }]);
  });

  it('never replaces the answer of a command', async () => {
    const setup = await startSlack();
    await deploy(setup);
    const url = setup.app.received[0]?.content['response_url'];

    await setup.respond(url, { text: 'one' });
    await setup.respond(url, { text: 'two', replace_original: true });

    expect(setup.slack.ephemerals('U0ANN').map((one) => one.text)).toEqual(['one', 'two']);
  });

  it('refuses what a post refuses', async () => {
    const setup = await startSlack();
    await deploy(setup);
    const url = setup.app.received[0]?.content['response_url'];

    const answer = await setup.respond(url, { text: 'x', blocks: [{ type: 'x' }] });

    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_blocks' } });
  });
});

describe('click', () => {
  it('sends the message, its place and what was pressed', async () => {
    const setup = await startSlack();
    const { ts } = await setup.api('chat.postMessage', { channel: 'C0DEPLOYS', text: 'x', blocks: [BUTTONS] });

    await setup.slack.click({ ...ANN, messageTs: String(ts), actionId: 'go' });

    expect(setup.app.received[0]?.content).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0ANN', team_id: 'T0ACME' },
      container: { type: 'message', message_ts: ts, channel_id: 'C0DEPLOYS', is_ephemeral: false },
      message: { ts, blocks: [{ block_id: 'row' }] },
      actions: [{ action_id: 'go', block_id: 'row', type: 'button', value: 'v' }],
    });
  });

  it('refuses a button that is gone, or has another value now', async () => {
    const setup = await startSlack();
    const { ts } = await setup.api('chat.postMessage', { channel: 'C0DEPLOYS', text: 'x', blocks: [BUTTONS] });
    const press = (value?: string) =>
      setup.slack.click({ ...ANN, messageTs: String(ts), actionId: 'go', ...(value === undefined ? {} : { value }) });

    await expect(press('other')).rejects.toThrow('there is no such go');
    await setup.api('chat.update', { channel: 'C0DEPLOYS', ts, text: 'done' });
    await expect(press()).rejects.toThrow('there is no such go');
    expect(setup.app.received).toEqual([]);
  });

  it('replaces or deletes an answer that only the user sees, and keeps it private', async () => {
    const setup = await startSlack();
    await deploy(setup);
    await setup.respond(setup.app.received[0]?.content['response_url'], { text: 'plan', blocks: [BUTTONS] });
    const [plan] = setup.slack.ephemerals('U0ANN');
    const messageTs = plan?.ts ?? '';

    await setup.slack.clickEphemeral({ ...ANN, messageTs, actionId: 'go' });
    const content = setup.app.received[1]?.content;
    const change = { text: 'done', replace_original: true, response_type: 'in_channel' };
    await setup.respond(content?.['response_url'], change);

    expect(content).not.toHaveProperty('message');
    expect(setup.slack.ephemerals('U0ANN')).toMatchObject([{ ts: messageTs, text: 'done', blocks: [] }]);
    expect(setup.slack.messages('C0DEPLOYS')).toEqual([]);

    await setup.respond(content?.['response_url'], { delete_original: true });
    expect(setup.slack.ephemerals('U0ANN')).toEqual([]);
  });
});

describe('mention', () => {
  it('arrives as an event, in its thread', async () => {
    const setup = await startSlack();
    const { ts } = await setup.api('chat.postMessage', { channel: 'C0DEPLOYS', text: 'x' });

    await setup.slack.mention({ ...ANN, text: 'retry <b>', threadTs: String(ts) });

    expect(setup.app.received[0]?.content).toMatchObject({
      type: 'event_callback',
      team_id: 'T0ACME',
      event: { type: 'app_mention', text: '<@U0CHATOPS> retry &lt;b&gt;', thread_ts: ts, user: 'U0ANN' },
    });
    expect(setup.slack.thread('C0DEPLOYS', String(ts))).toHaveLength(2);
  });

  it('is tried again with the same event id until it is taken', async () => {
    const setup = await startSlack({ eventRetryDelaysMs: [0, 1, 1] });
    setup.app.answers.push({ status: 500 }, { status: 404 });

    await setup.slack.mention({ ...ANN, text: 'x' });
    await setup.slack.settled();

    const { received } = setup.app;
    expect(new Set(received.map((one) => one.content['event_id'])).size).toBe(1);
    expect(received.map((one) => one.headers['x-slack-retry-num'])).toEqual([undefined, '1', '2']);
    expect(received[1]?.headers['x-slack-retry-reason']).toBe('http_error');
  });

  it('stops when the app asks for it', async () => {
    const setup = await startSlack({ eventRetryDelaysMs: [0, 1, 1] });
    setup.app.answers.push({ status: 500, headers: { 'x-slack-no-retry': '1' } });

    await setup.slack.mention({ ...ANN, text: 'x' });
    await setup.slack.settled();

    expect(setup.app.received).toHaveLength(1);
  });

  it('goes nowhere where the app is no member, until it is invited', async () => {
    const setup = await startSlack();
    await setup.slack.mention({ user: 'U0ANN', channel: 'C0RANDOM', text: 'help' });
    expect(setup.app.received).toEqual([]);
    expect(setup.slack.ephemerals('U0ANN')[0]?.from).toBe('slackbot');

    await deploy(setup, { channel: 'C0RANDOM', command: '/invite', text: '@chatops' });
    await setup.slack.mention({ user: 'U0ANN', channel: 'C0RANDOM', text: 'help' });

    expect(setup.app.received).toHaveLength(1);
  });
});

describe('the control endpoints', () => {
  it('do the same deeds from another process', async () => {
    const setup = await startSlack();
    const { url } = setup.slack;

    const done = await setup.respond(`${url}/sandbox/command`, DEPLOY);
    const wrong = await setup.respond(`${url}/sandbox/command`, { ...DEPLOY, user: 'U9' });
    const unread = await setup.respond(`${url}/sandbox/command`, {});
    const unknown = await setup.respond(`${url}/sandbox/nothing`, {});

    expect(done.body).toMatchObject({ ok: true, result: { status: 200 } });
    expect([wrong.status, wrong.body['error']]).toEqual([422, 'there is no user U9']);
    expect([unread.status, unknown.status]).toEqual([422, 404]);
    expect(setup.app.received).toHaveLength(1);
    await setup.respond(`${url}/sandbox/faults/add`, { count: 1, effect: { kind: 'error', error: 'x' } });
    expect(
      await setup.api('chat.postMessage', { channel: 'C0DEPLOYS', text: '', blocks: [aSection('y')] }),
    ).toMatchObject({ error: 'x' });
  });
});
