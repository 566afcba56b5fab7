import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackServer, type SlackServer } from '../../src/sandbox/slack-server/server.ts';
import { createSlackGateway } from '../../src/slack/gateway.ts';
import { decodeSlackInput } from '../../src/slack/interactions.ts';
import { SIGNING_SECRET, startBot } from './bot.ts';

let slack: SlackServer;
let bot: Awaited<ReturnType<typeof startBot>>;

beforeEach(async () => {
  slack = createSlackServer({ signingSecret: SIGNING_SECRET, eventRetryDelaysMs: [0] });
  await slack.start();
  bot = await startBot();
  slack.setRequestUrl(bot.url);
});

afterEach(async () => {
  await bot.stop();
  await slack.stop();
});

const stored = () => [...bot.rows.values()].map((row) => decodeSlackInput(row.body, slack.teamId));

describe('what Slack sends', () => {
  it('comes out as it was typed, and the answer reaches the person who typed it', async () => {
    await slack.command({ user: 'U0ANN', channel: 'C0DEPLOYS', command: '/deploy', text: 'prod v1.4.0' });

    const [input] = stored();
    expect(input).toMatchObject({ kind: 'command', command: '/deploy', text: 'prod v1.4.0', userId: 'U0ANN' });
    const gateway = createSlackGateway({
      maskSecrets: (text) => text,
      botToken: slack.botToken,
      apiUrl: `${slack.url}/api/`,
      now: () => new Date(),
    });
    const url = input?.kind === 'command' ? input.responseUrl : '';
    await gateway.respond(url, { text: 'Here is the plan.', blocks: [], replaceOriginal: false });
    expect(slack.ephemerals('U0ANN')).toEqual([expect.objectContaining({ text: 'Here is the plan.' })]);
  });

  it('is one row when a command is delivered twice', async () => {
    slack.faults.deliverTwice('command');

    await slack.command({ user: 'U0ANN', channel: 'C0DEPLOYS', command: '/deploy', text: 'prod v1.4.0' });

    expect(stored()).toHaveLength(1);
  });

  it('comes out as a mention in its thread', async () => {
    await slack.mention({ user: 'U0RAJ', channel: 'C0DEPLOYS', text: 'retry' });

    expect(stored()).toEqual([expect.objectContaining({ kind: 'mention', text: 'retry', userId: 'U0RAJ' })]);
  });

  it('comes out as a press of a button', async () => {
    const gateway = createSlackGateway({
      maskSecrets: (text) => text,
      botToken: slack.botToken,
      apiUrl: `${slack.url}/api/`,
      now: () => new Date(),
    });
    const button = { type: 'button', action_id: 'confirm', value: 'p1', text: { type: 'plain_text', text: 'Deploy' } };
    const { ts } = await gateway.post({
      text: 'Deploy?',
      blocks: [{ type: 'actions', elements: [button] }],
      channel: 'C0DEPLOYS',
      threadTs: undefined,
      broadcast: false,
      outboxId: 'm1',
    });

    await slack.click({ user: 'U0MIA', channel: 'C0DEPLOYS', messageTs: ts, actionId: 'confirm' });

    expect(stored()).toEqual([
      expect.objectContaining({ kind: 'action', actionId: 'confirm', value: 'p1', messageTs: ts, ephemeral: false }),
    ]);
  });
});
