import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackGateway } from '../../src/app/ports.ts';
import { SlackError } from '../../src/domain/errors.ts';
import { createSlackServer, type SlackServer } from '../../src/sandbox/slack-server/server.ts';
import type { SandboxUser } from '../../src/sandbox/slack-server/workspace.ts';
import type { OnSlackCall } from '../../src/slack/client.ts';
import { createSlackGateway } from '../../src/slack/gateway.ts';
import { emailScope, requiredScopes } from '../../src/slack/scopes.ts';

const start = new Date('2026-11-23T10:00:00Z');

let slack: SlackServer;
let gateway: SlackGateway;
let now: Date;
let calls: Parameters<OnSlackCall>[];

const blocks = [{ type: 'section', text: { type: 'plain_text', text: 'v1.4.0 is out' } }];
const content = { text: 'v1.4.0 is out.', blocks };
const root = { ...content, channel: 'C0DEPLOYS', threadTs: undefined, broadcast: false, outboxId: 'm1' };

beforeEach(async () => {
  now = start;
  calls = [];
  slack = createSlackServer({ now: () => now, rateLimits: false, scopes: [...requiredScopes, emailScope] });
  await slack.start();
  gateway = createSlackGateway({
    maskSecrets: (text) => text.replaceAll('s3cr3t-value', '[secret]'),
    botToken: slack.botToken,
    apiUrl: `${slack.url}/api/`,
    now: () => now,
    teamId: () => slack.teamId,
    onCall: (...call) => void calls.push(call),
    timeoutMs: 1_500,
  });
});

afterEach(() => slack.stop());

async function failure(work: Promise<unknown>): Promise<SlackError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SlackError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('post', () => {
  it('posts once, without link previews, and with our id in the metadata', async () => {
    const { ts } = await gateway.post(root);

    expect(slack.messages('C0DEPLOYS')).toEqual([expect.objectContaining({ ts, text: 'v1.4.0 is out.' })]);
    const [call] = slack.calls;
    expect(call?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
    expect(JSON.parse(String(call?.args['metadata']))).toEqual({
      event_type: 'chatops_message',
      event_payload: { id: 'm1' },
    });
  });

  it('replies in a thread, and shows the reply in the channel when asked to', async () => {
    const { ts } = await gateway.post(root);

    const reply = await gateway.post({ ...root, threadTs: ts, broadcast: true, outboxId: 'm2' });

    expect(slack.thread('C0DEPLOYS', ts).map((message) => message.ts)).toEqual([ts, reply.ts]);
    expect(slack.messages('C0DEPLOYS').map((message) => message.ts)).toEqual([ts, reply.ts]);
  });

  it('leaves out an empty list of blocks', async () => {
    await gateway.post({ ...root, blocks: [] });

    expect(slack.calls[0]?.args).not.toHaveProperty('blocks');
  });

  it('tells how each call ended', async () => {
    await gateway.post(root);
    await failure(gateway.post({ ...root, channel: 'C0NOWHERE' }));

    expect(calls).toEqual([
      ['chat.postMessage', 'ok', 0],
      ['chat.postMessage', 'error', 0],
    ]);
  });
});

describe('a failed post', () => {
  it.each([
    ['channel_not_found', '/invite'],
    ['not_in_channel', '/invite'],
    ['is_archived', 'Unarchive'],
    ['restricted_action', 'admin'],
    ['restricted_action_read_only_channel', 'admin'],
    ['msg_too_long', 'mistake of the bot'],
    ['invalid_blocks', 'mistake of the bot'],
    ['missing_scope', 'manifest.yml'],
  ])('is given up for %s, with a hint', async (error, hint) => {
    slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'error', error } });

    const failed = await failure(gateway.post(root));

    expect(failed).toMatchObject({ slackCode: error, outcome: 'none', retryable: false });
    expect(failed.hint).toContain(hint);
  });

  it.each([
    ['ratelimited', 'none'],
    ['message_limit_exceeded', 'none'],
    ['internal_error', 'unknown'],
    ['fatal_error', 'unknown'],
  ])('is tried again after %s', async (error, outcome) => {
    slack.faults.add({ effect: { kind: 'error', error } });

    expect(await failure(gateway.post(root))).toMatchObject({ slackCode: error, outcome, retryable: true });
  });

  it('is kept for later when the token is refused, and names the setting', async () => {
    const refused = createSlackGateway({
      maskSecrets: (text) => text,
      botToken: 'xoxb-wrong',
      apiUrl: `${slack.url}/api/`,
      now: () => now,
    });

    const failed = await failure(refused.post(root));

    expect(failed).toMatchObject({ slackCode: 'invalid_auth', outcome: 'none', retryable: true });
    expect(failed.hint).toContain('SLACK_BOT_TOKEN');
  });

  it('says how long to wait when Slack asks to', async () => {
    slack.faults.add({ effect: { kind: 'rate_limited', retryAfter: 7 } });

    expect(await failure(gateway.post(root))).toMatchObject({
      slackCode: 'http_429',
      outcome: 'none',
      retryable: true,
      retryAfterMs: 7000,
    });
    expect(slack.calls).toHaveLength(1);
  });

  it('does not hold up other calls while Slack asks to wait', async () => {
    slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'rate_limited', retryAfter: 60 } });
    await failure(gateway.post(root));

    expect((await gateway.user('U0ANN')).id).toBe('U0ANN');
  });

  it.each([500, 503])('has an unknown outcome after HTTP %i', async (status) => {
    slack.faults.add({ effect: { kind: 'http', status } });

    const failed = await failure(gateway.post(root));

    expect(failed).toMatchObject({ slackCode: `http_${status}`, outcome: 'unknown', retryable: true });
    expect(calls).toEqual([['chat.postMessage', 'unknown', 0]]);
  });

  it('has an unknown outcome after a reset behind the deed, which is done once', async () => {
    slack.faults.add({ effect: { kind: 'reset_after' } });

    expect(await failure(gateway.post(root))).toMatchObject({ outcome: 'unknown', retryable: true });
    expect(slack.messages('C0DEPLOYS')).toHaveLength(1);
  });

  it('has an unknown outcome after the time limit', async () => {
    slack.faults.add({ effect: { kind: 'slow', ms: 5000 } });

    expect(await failure(gateway.post(root))).toMatchObject({ slackCode: 'timeout', outcome: 'unknown' });
  });

  it('did certainly not happen when nobody listens there', async () => {
    const { url } = slack;
    await slack.stop();
    const away = createSlackGateway({
      maskSecrets: (text) => text,
      botToken: 'xoxb-x',
      apiUrl: `${url}/api/`,
      now: () => now,
    });

    expect(await failure(away.post(root))).toMatchObject({
      slackCode: 'ECONNREFUSED',
      outcome: 'none',
      retryable: true,
    });
  });
});

describe('findPosted', () => {
  const query = { channel: 'C0DEPLOYS', threadTs: undefined, outboxId: 'm1', since: start };

  it('finds a message whose answer was lost', async () => {
    slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'reset_after' } });
    await failure(gateway.post(root));

    const ts = await gateway.findPosted(query);

    expect(ts).toBe(slack.messages('C0DEPLOYS')[0]?.ts);
  });

  it('finds a reply in its thread', async () => {
    const { ts } = await gateway.post(root);
    const reply = await gateway.post({ ...root, threadTs: ts, outboxId: 'm2' });

    expect(await gateway.findPosted({ ...query, threadTs: ts, outboxId: 'm2' })).toBe(reply.ts);
  });

  it('says that a message was never posted', async () => {
    slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'reset_before' } });
    await failure(gateway.post(root));

    expect(await gateway.findPosted(query)).toBeUndefined();
    expect(await gateway.findPosted({ ...query, threadTs: '1.000001' })).toBeUndefined();
  });

  it('looks a little further back than it was told, since clocks differ', async () => {
    await gateway.post(root);

    const found = await gateway.findPosted({ ...query, since: new Date(start.getTime() + 20_000) });

    expect(found).toBeDefined();
  });
});

describe('what looks like a secret', () => {
  const told = 'The version s3cr3t-value is unknown.';
  const spilled = {
    text: told,
    blocks: [
      { type: 'section', text: { type: 'plain_text', text: told } },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            text: { type: 'plain_text', text: 's3cr3t-value' },
            action_id: 'run_command',
            value: '/deploy prod s3cr3t-value',
            url: 'https://gitlab.example.com/-/s3cr3t-value',
          },
        ],
      },
    ],
  };
  const said = 'The version [secret] is unknown.';
  const masked = {
    text: said,
    blocks: [
      { text: { text: said } },
      {
        elements: [
          {
            text: { text: '[secret]' },
            value: '/deploy prod s3cr3t-value',
            url: 'https://gitlab.example.com/-/s3cr3t-value',
          },
        ],
      },
    ],
  };

  it('is masked in messages, also in changed ones, but for what a press and a link stand for', async () => {
    const { ts } = await gateway.post({ ...root, ...spilled });
    const posted = slack.messages('C0DEPLOYS');
    await gateway.update({ channel: 'C0DEPLOYS', ts, text: 's3cr3t-value', blocks: [] });

    expect(posted).toMatchObject([masked]);
    expect(slack.messages('C0DEPLOYS')).toMatchObject([{ text: '[secret]' }]);
  });

  it('is masked in what one person is shown', async () => {
    await gateway.postEphemeral({ ...spilled, channel: 'C0DEPLOYS', user: 'U0ANN', threadTs: undefined });

    expect(slack.ephemerals('U0ANN')).toMatchObject([masked]);
  });
});

describe('the other calls', () => {
  it('changes a message', async () => {
    const { ts } = await gateway.post(root);

    await gateway.update({ channel: 'C0DEPLOYS', ts, text: 'Live.', blocks });

    expect(slack.messages('C0DEPLOYS')).toEqual([expect.objectContaining({ ts, text: 'Live.' })]);
  });

  it('shows a message to one person', async () => {
    await gateway.postEphemeral({ ...content, channel: 'C0DEPLOYS', user: 'U0ANN', threadTs: undefined });

    expect(slack.ephemerals('U0ANN')).toEqual([expect.objectContaining({ text: 'v1.4.0 is out.' })]);
  });

  it('keeps for a minute who reads in a channel, but not whether the bot is in it', async () => {
    const random = slack.channels().find(({ id }) => id === 'C0RANDOM');
    if (!random) throw new Error('no channel');
    const first = await gateway.isShared('C0RANDOM');
    slack.setChannel({ ...random, isShared: true, members: new Set([slack.botUserId]) });

    expect([first, await gateway.isShared('C0RANDOM')]).toEqual([false, false]);
    expect(await gateway.place('C0RANDOM')).toMatchObject({ isMember: true, shared: true });
    now = new Date(start.getTime() + 60_000);
    expect(await gateway.isShared('C0RANDOM')).toBe(true);
  });

  it('takes for its own what Slack does not let it look into', async () => {
    slack.faults.add({ method: 'conversations.info', count: 1, effect: { kind: 'error', error: 'missing_scope' } });

    expect(await gateway.isShared('G0SOMEPEOPLE')).toBe(false);
    expect(await gateway.isShared('C0SECRET')).toBe(false);
    expect(await gateway.isShared('D0ANN')).toBe(false);
    expect(slack.calls.map(({ method }) => method)).toEqual(['conversations.info', 'conversations.info']);
  });

  it('links to a message', async () => {
    const { ts } = await gateway.post(root);

    expect(await gateway.permalink('C0DEPLOYS', ts)).toMatch(/^https:\/\/.+C0DEPLOYS/);
  });

  it('knows a person, asks again after ten minutes, and marks guests', async () => {
    const ann = await gateway.user('U0ANN');
    await gateway.user('U0ANN');
    const asked = slack.calls.length;
    now = new Date(start.getTime() + 10 * 60_000 + 1);
    await gateway.user('U0ANN');

    expect(ann).toMatchObject({ id: 'U0ANN', timezone: 'Europe/Paris', restricted: false });
    expect([asked, slack.calls.length]).toEqual([1, 2]);
    expect(await gateway.user('U0GIL')).toMatchObject({ restricted: true });
    expect(await gateway.user(slack.botUserId)).toMatchObject({ restricted: true });
  });

  it.each<[string, Partial<SandboxUser>, (string | undefined)?]>([
    ['a member confirmed', {}, 'raj@acme.example'],
    ['a member did not confirm', { isEmailConfirmed: false }],
    ['a guest has', { isGuest: true }],
    ['somebody has who is gone', { deleted: true }],
    ['somebody of another company has', { teamId: 'T0OTHER' }],
  ])('knows the address that %s: %j', async (_case, change, email) => {
    const raj = slack.users().find(({ id }) => id === 'U0RAJ');
    if (raj) slack.setUser({ ...raj, ...change });

    expect((await gateway.user('U0RAJ')).email).toBe(email);
    expect((await gateway.userByEmail('Raj@acme.example'))?.id).toBe(email && 'U0RAJ');
  });

  it('asks for the owner of an address once a minute', async () => {
    expect(await gateway.userByEmail('nobody@acme.example')).toBeUndefined();
    await gateway.userByEmail('Nobody@acme.example');
    const asked = slack.calls.length;
    now = new Date(start.getTime() + 60_001);
    await gateway.userByEmail('nobody@acme.example');

    expect([asked, slack.calls.length]).toEqual([1, 2]);
  });

  it('counts no address as long as our own workspace is not known', async () => {
    const early = createSlackGateway({
      botToken: slack.botToken,
      apiUrl: `${slack.url}/api/`,
      now: () => now,
      maskSecrets: (text) => text,
    });

    expect((await early.user('U0RAJ')).email).toBeUndefined();
  });
});
