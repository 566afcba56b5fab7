import { createEmulator, type Emulator } from 'emulate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SlackGateway } from '../../src/app/ports.ts';
import { type CallSlack, createSlackClient } from '../../src/slack/client.ts';
import { createSlackGateway } from '../../src/slack/gateway.ts';
import { createSlackIdentity } from '../../src/slack/identity.ts';
import { requiredScopes } from '../../src/slack/scopes.ts';
import { aLog } from './bot.ts';

// A Web API written by others: where our stand-in and our gateway share a mistake, this one does not. It checks no
// blocks and limits no rates, and an unknown method is a plain 404.

const token = 'xoxb-emulated';

let slack: Emulator;
let call: CallSlack;
let gateway: SlackGateway;
let channel: string;

const now = (): Date => new Date();
const options = () => ({ botToken: token, apiUrl: `${slack.url}/api/`, now, timeoutMs: 2_000 });

async function emulate(scopes: readonly string[]): Promise<Emulator> {
  return createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      tokens: { [token]: { login: 'admin', scopes: [...scopes] } },
      slack: {
        team: { name: 'Acme', domain: 'acme' },
        users: [{ name: 'ann', real_name: 'Ann Lee', email: 'ann@acme.test' }],
        channels: [{ name: 'deploys' }],
        strict_scopes: true,
      },
    },
  });
}

const Channels = z.object({ channels: z.array(z.object({ id: z.string(), name: z.string() })) });
const Users = z.object({ members: z.array(z.object({ id: z.string(), name: z.string() })) });
const History = z.object({
  messages: z.array(z.looseObject({ ts: z.string(), text: z.string(), thread_ts: z.string().optional() })),
});

beforeEach(async () => {
  slack = await emulate([...requiredScopes]);
  call = createSlackClient(options());
  gateway = createSlackGateway({ ...options(), maskSecrets: (text) => text });
  const { channels } = Channels.parse(await call('conversations.list', {}));
  channel = channels.find(({ name }) => name === 'deploys')?.id ?? '';
});
afterEach(() => slack.close());

const content = {
  text: 'v1.4.0 is out.',
  blocks: [{ type: 'section', text: { type: 'plain_text', text: 'v1.4.0 is out' } }],
};
const post = (change: { readonly threadTs?: string; readonly outboxId?: string } = {}) =>
  gateway.post({ ...content, channel, threadTs: undefined, broadcast: false, outboxId: 'm1', ...change });

async function history() {
  return History.parse(await call('conversations.history', { channel })).messages;
}

async function idOf(name: string): Promise<string> {
  const { members } = Users.parse(await call('users.list', {}));
  return members.find((member) => member.name === name)?.id ?? '';
}

describe("the gateway before somebody else's Slack, with the scopes of the manifest", () => {
  it('posts a message and edits it', async () => {
    const { ts } = await post();

    await gateway.update({ ...content, channel, ts, text: 'v1.4.0 is gone.' });

    expect(await history()).toMatchObject([{ ts, text: 'v1.4.0 is gone.', blocks: content.blocks }]);
  });

  it('replies in a thread, where the channel does not show it', async () => {
    const { ts } = await post();

    const reply = await post({ threadTs: ts, outboxId: 'm2' });

    const replies = History.parse(await call('conversations.replies', { channel, ts })).messages;
    expect(replies.map((message) => message.ts)).toEqual([ts, reply.ts]);
    expect(replies[1]?.thread_ts).toBe(ts);
    expect((await history()).map((message) => message.ts)).not.toContain(reply.ts);
  });

  it('finds what it posted by its outbox id, in the channel and in a thread', async () => {
    const since = now();
    const { ts } = await post({ outboxId: 'root' });
    const reply = await post({ threadTs: ts, outboxId: 'reply' });
    const find = (outboxId: string, threadTs?: string) => gateway.findPosted({ channel, threadTs, outboxId, since });

    expect(await find('root')).toBe(ts);
    expect(await find('reply', ts)).toBe(reply.ts);
    expect(await find('never posted')).toBeUndefined();
    expect(await find('never posted', ts)).toBeUndefined();
  });

  it('links to a message', async () => {
    const { ts } = await post();

    expect(await gateway.permalink(channel, ts)).toContain(`/archives/${channel}/p${ts.replace('.', '')}`);
  });

  it('answers one person alone', async () => {
    await gateway.postEphemeral({ ...content, channel, user: await idOf('ann'), threadTs: undefined });

    expect(await history()).toEqual([]);
  });

  it('knows people and channels', async () => {
    const ann = await idOf('ann');

    expect(await gateway.user(ann)).toMatchObject({ id: ann, name: 'ann', restricted: false });
    expect(await gateway.place(channel)).toMatchObject({
      id: channel,
      name: 'deploys',
      kind: 'channel',
      shared: false,
    });
    expect(await gateway.place('C0NOWHERE')).toBeUndefined();
  });

  it('opens a form once for each trigger, and changes it by the id that it gave', async () => {
    const Trigger = z.object({ trigger_id: z.string() });
    const { trigger_id: triggerId } = Trigger.parse(await call('views.generateTriggerId', {}));
    const view = { title: 'Deploy', submit: 'Next', callbackId: 'deploy', blocks: content.blocks };
    const form = { externalId: 'form-1', view, place: { channel, openedAt: now() } };

    await gateway.openView({ ...form, triggerId });

    await expect(gateway.openView({ ...form, externalId: 'form-2', triggerId })).rejects.toMatchObject({
      slackCode: 'exchanged_trigger_id',
    });
    const changed = { view: { ...view, title: 'Deploy again' }, place: form.place };
    expect(await gateway.updateView({ ...changed, which: { externalId: 'form-1' } })).toBe(true);
    expect(await gateway.updateView({ ...changed, which: { externalId: 'form-9' } })).toBe(false);
  });

  it('learns from auth.test who it is', async () => {
    const identity = createSlackIdentity({ ...options(), log: aLog().log, onRefused: () => undefined });

    await identity.start();
    identity.stop();

    expect(identity).toMatchObject({ teamId: 'T000000001', botUserId: expect.stringMatching(/^U/), botName: 'admin' });
  });
});

describe('a refusal of somebody else', () => {
  it('is an error with its code and without effect', async () => {
    const nowhere = { ...content, channel: 'C0NOWHERE', threadTs: undefined, broadcast: false, outboxId: 'm1' };
    const never = { ...content, channel, ts: '1700000000.000100' };
    const refusal = { outcome: 'none', retryable: false };

    await expect(gateway.post(nowhere)).rejects.toMatchObject({ ...refusal, slackCode: 'channel_not_found' });
    await expect(gateway.update(never)).rejects.toMatchObject({ ...refusal, slackCode: 'message_not_found' });
  });

  it('names the scope that is missing', async () => {
    await slack.close();
    slack = await emulate(requiredScopes.filter((scope) => scope !== 'chat:write'));
    gateway = createSlackGateway({ ...options(), maskSecrets: (text) => text });

    await expect(post()).rejects.toMatchObject({ slackCode: 'missing_scope', outcome: 'none' });
  });
});
