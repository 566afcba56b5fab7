import { afterEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/sandbox/slack-server/server.ts';
import { type BotProcess, spawnBotProcess, startBotProcess } from '../support/bot-process.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

const patience = { timeout: 30_000, interval: 20 };
const socketMode = { SLACK_APP_TOKEN: 'xapp-sandbox', SLACK_SIGNING_SECRET: '' };

let flow: Flow;
let bot: BotProcess | undefined;

afterEach(async () => {
  await bot?.kill();
  bot = undefined;
  await flow.stop();
});

async function startAtGate(env: Readonly<Record<string, string>> = {}): Promise<number> {
  flow = await startFlow({ env: { ...socketMode, ...env } });
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  return id;
}

function annDeploys(times: number): Promise<Delivery> {
  const typed = { user: 'U0ANN', channel: deploys, command: '/deploy', text: 'prod v1.4.0' };
  return flow.slack.command({ ...typed, triggerId: `typed-${times}` });
}

function rajLooks(times: number): Promise<Delivery> {
  const typed = { user: 'U0RAJ', channel: deploys, command: '/deployments', text: '' };
  return flow.slack.command({ ...typed, triggerId: `typed-${times}` });
}

function slackRows(): readonly string[] {
  return flow.database.read("select key from inbox where source = 'slack' order by key").map(({ key }) => String(key));
}

async function readiness(): Promise<Record<string, unknown> & { readonly httpStatus: number }> {
  const answer = await fetch(`${flow.botUrl}/readyz`);
  return { ...((await answer.json()) as Record<string, unknown>), httpStatus: answer.status };
}

describe('Socket Mode', () => {
  it('takes a tag to production through the socket alone', async () => {
    const id = await startAtGate();

    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');
    expect(words(plan)).toContain('v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary')?.status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.pressesOn('U0ANN', await flow.sees('Promote v1.4.0 to production?'), 'Promote to production');
    await until('the production job starts', () => flow.gitlab.job('deploy-prod')?.status !== 'manual');
    await flow.gitlab.settle(id);
    await flow.sees('Verified by verify-deployment');
    await flow.mentions('U0ANN', 'deployments');

    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(flow.slack.sockets.envelopes).toEqual([
      { type: 'slash_commands', result: 'acknowledged' },
      { type: 'interactive', result: 'acknowledged' },
      { type: 'interactive', result: 'acknowledged' },
      { type: 'events_api', result: 'acknowledged' },
    ]);
  });

  it('answers /slack/events with 404 and why, and GitLab and the checks as ever', async () => {
    await startAtGate();

    const refused = await fetch(`${flow.botUrl}/slack/events`, { method: 'POST', body: 'command=/deploy' });

    expect([refused.status, await refused.json()]).toEqual([
      404,
      { error: 'socket_mode', message: expect.stringContaining('SLACK_APP_TOKEN') },
    ]);
    expect((await fetch(`${flow.botUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${flow.botUrl}/metrics`)).status).toBe(200);
    expect(await readiness()).toMatchObject({ httpStatus: 200, slack_socket: 'connected' });
    expect(flow.gitlab.webhooks.at(-1)?.result).toEqual({ kind: 'answered', status: 200 });
  });

  it('loses no command while Slack renews the connection', async () => {
    await startAtGate();
    const { sockets } = flow.slack;

    const before = [1, 2, 3].map(rajLooks);
    sockets.disconnect('warning', 60_000);
    const during = [4, 5, 6].map(rajLooks);
    await until('a second connection', () => sockets.opened === 2);
    await until('the end of the first', () => sockets.open === 1);
    const after = rajLooks(7);
    const deliveries = await Promise.all([...before, ...during, after]);

    expect(deliveries.map(({ status }) => status)).toEqual(Array(7).fill(200));
    expect(slackRows()).toHaveLength(7);
  });

  it('keeps what it acknowledged when Slack ends the connection at once, and goes on in the next one', async () => {
    await startAtGate();
    const { sockets } = flow.slack;

    const deliveries = [1, 2, 3].map(rajLooks);
    sockets.disconnect('refresh_requested');
    const acknowledged = (await Promise.all(deliveries)).filter(({ status }) => status === 200);
    await until('a second connection', () => sockets.opened === 2 && sockets.open === 1);

    expect(slackRows().length).toBeGreaterThanOrEqual(acknowledged.length);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary')?.status !== 'manual');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('connects again when the connection is cut, and says so in readyz meanwhile', async () => {
    await startAtGate();
    const { faults, sockets } = flow.slack;

    faults.outage(true);
    sockets.drop();
    await expect.poll(readiness, patience).toMatchObject({ httpStatus: 200, slack_socket: 'connecting' });
    faults.outage(false);
    await expect.poll(readiness, patience).toMatchObject({ httpStatus: 200, slack_socket: 'connected' });

    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('v1.4.0');
  });

  it('makes one plan of two deliveries with the same trigger id', async () => {
    await startAtGate();
    flow.slack.faults.deliverTwice('command');

    await annDeploys(1);
    await annDeploys(1);
    await flow.reads('U0ANN', 'v1.4.0');
    // A later command is answered later, so that a second plan would be there by then.
    await annDeploys(2);
    await until('two answers', () => flow.slack.ephemerals('U0ANN').length >= 2);

    expect(flow.slack.sockets.envelopes.map(({ result }) => result)).toEqual(Array(4).fill('acknowledged'));
    expect(slackRows()).toEqual(['slack:trigger:typed-1', 'slack:trigger:typed-2']);
    expect(flow.slack.ephemerals('U0ANN')).toHaveLength(2);
  });

  it('ends with code 78 and names SLACK_APP_TOKEN when Slack refuses it at the start', async () => {
    flow = await startFlow({ env: socketMode });
    await flow.stopBot();

    bot = spawnBotProcess(flow, { env: { SLACK_APP_TOKEN: 'xapp-wrong' } });
    const { code } = await bot.ended;

    expect(code).toBe(78);
    expect(bot.output()).toContain('SLACK_APP_TOKEN: Slack refuses this token (invalid_auth)');
    expect(bot.output()).not.toContain('xapp-wrong');
  });

  it('starts while Slack is away, and is there when Slack is', async () => {
    await startAtGate();
    await flow.stopBot();
    flow.slack.faults.outage(true);

    await flow.startBot();
    const away = await readiness();
    flow.slack.faults.outage(false);
    await until('a connection', () => flow.slack.sockets.open === 1);

    expect(away).toMatchObject({ httpStatus: 200, slack: 'not reached yet', slack_socket: 'connecting' });
    expect(words(await flow.types('U0ANN', '/deploy prod v1.4.0'))).toContain('v1.4.0');
  });

  it('lives on as a process while connections are cut, refused and renewed', async () => {
    flow = await startFlow({ env: socketMode });
    await flow.stopBot();
    bot = await startBotProcess(flow);
    const { faults, sockets } = flow.slack;

    faults.add({ method: 'apps.connections.open', count: 1, effect: { kind: 'http', status: 500 } });
    faults.add({ method: 'socket', count: 1, effect: { kind: 'reset_before' } });
    sockets.drop();
    await until('a connection after two failures', () => sockets.opened === 3 && sockets.open === 1);
    faults.add({ method: 'apps.connections.open', effect: { kind: 'error', error: 'invalid_auth' } });
    sockets.drop();
    await expect.poll(readiness, patience).toMatchObject({ httpStatus: 200, slack_socket: 'refused' });

    expect(await bot.terminate()).toBe(0);
  });
});
