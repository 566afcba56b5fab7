import { describe, expect, it } from 'vitest';
import { aButton, aSection, startSlack } from './support.ts';

const IN_DEPLOYS = { channel: 'C0DEPLOYS' };

describe('the Web API', () => {
  it('asks for the right token', async () => {
    const { slack } = await startSlack();
    const call = async (init: RequestInit) =>
      (await fetch(`${slack.url}/api/auth.test`, { method: 'POST', ...init })).json();

    expect(await call({})).toEqual({ ok: false, error: 'not_authed' });
    expect(await call({ headers: { authorization: 'Bearer no' } })).toEqual({ ok: false, error: 'invalid_auth' });
    expect(await call({ body: new URLSearchParams({ token: slack.botToken }) })).toMatchObject({ ok: true });
  });

  it('knows no other methods', async () => {
    const { api } = await startSlack();

    expect(await api('chat.meMessage')).toEqual({ ok: false, error: 'unknown_method' });
    expect(await api('constructor')).toEqual({ ok: false, error: 'unknown_method' });
  });

  it('names the scope that is missing', async () => {
    const { api } = await startSlack({ scopes: ['chat:write'] });

    expect(await api('users.info', { user: 'U0ANN' })).toMatchObject({ error: 'missing_scope', needed: 'users:read' });
    expect(await api('conversations.history', IN_DEPLOYS)).toMatchObject({ error: 'missing_scope' });
  });

  it('takes forms with JSON inside as well as JSON', async () => {
    const { slack } = await startSlack();
    const form = new URLSearchParams({ ...IN_DEPLOYS, text: 'x', blocks: JSON.stringify([aSection('y')]) });

    await fetch(`${slack.url}/api/chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}` },
      body: form,
    });

    expect(slack.messages('C0DEPLOYS')[0]?.blocks).toMatchObject([{ type: 'section' }]);
    expect(slack.calls[0]).toMatchObject({ method: 'chat.postMessage', status: 200 });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown channel', { channel: 'C9', text: 'x' }, 'channel_not_found'],
    ['a channel name', { channel: '#deploys', text: 'x' }, 'channel_not_found'],
    ['a channel without the app', { channel: 'C0RANDOM', text: 'x' }, 'not_in_channel'],
    ['nothing to say', { channel: 'C0DEPLOYS' }, 'no_text'],
    ['a thread that is none', { channel: 'C0DEPLOYS', text: 'x', thread_ts: '1.1' }, 'invalid_thread_ts'],
    ['blocks that are no list', { channel: 'C0DEPLOYS', text: 'x', blocks: '{' }, 'invalid_blocks_format'],
    ['bad metadata', { channel: 'C0DEPLOYS', text: 'x', metadata: { a: 1 } }, 'invalid_metadata_format'],
  ])('refuses a post with %s', async (_name, args, error) => {
    const { api } = await startSlack();

    expect(await api('chat.postMessage', args)).toMatchObject({ ok: false, error });
  });

  it('refuses an archived channel', async () => {
    const { api, slack } = await startSlack();
    const channel = slack.channels().find((one) => one.id === 'C0DEPLOYS');
    if (channel !== undefined) slack.setChannel({ ...channel, isArchived: true });

    expect(await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x' })).toMatchObject({ error: 'is_archived' });
  });

  it('says what broke in blocks', async () => {
    const { api } = await startSlack();

    const answer = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x', blocks: [{ type: 'banner' }] });

    expect(answer).toMatchObject({
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] a known type, found banner [json-pointer:/blocks/0/type]'] },
    });
  });

  it('refuses a reply to a reply, and a thread that is a number', async () => {
    const { api } = await startSlack({ rateLimits: false });
    const root = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x' });
    const reply = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'y', thread_ts: root['ts'] });

    const again = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'z', thread_ts: reply['ts'] });
    const numeric = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'z', thread_ts: Number(root['ts']) });

    expect(again).toMatchObject({ error: 'invalid_thread_ts' });
    expect(numeric).toMatchObject({ error: 'invalid_thread_ts' });
  });

  it('shows an ephemeral message to one member only', async () => {
    const { api, slack } = await startSlack();

    await api('chat.postEphemeral', { ...IN_DEPLOYS, user: 'U0GIL', text: 'x' });
    const refused = await api('chat.postEphemeral', { channel: 'C0OPS', user: 'U0GIL', text: 'x' });

    expect(slack.ephemerals('U0GIL')).toMatchObject([{ channel: 'C0DEPLOYS', text: 'x' }]);
    expect(slack.ephemerals('U0ANN')).toEqual([]);
    expect(refused).toMatchObject({ error: 'user_not_in_channel' });
  });

  it('shows an ephemeral message in a thread only when somebody has answered there', async () => {
    const { api, slack } = await startSlack({ rateLimits: false });
    const { ts: thread_ts } = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'root' });
    const whisper = () => api('chat.postEphemeral', { ...IN_DEPLOYS, user: 'U0ANN', text: 'x', thread_ts });

    await whisper();
    expect(slack.ephemerals('U0ANN')).toEqual([]);
    await api('chat.postMessage', { ...IN_DEPLOYS, text: 'reply', thread_ts });
    await whisper();

    expect(slack.ephemerals('U0ANN')).toMatchObject([{ threadTs: thread_ts }]);
  });

  it('gives zones and guests in users.info', async () => {
    const { api } = await startSlack({ scopes: ['users:read', 'users:read.email'] });

    const raj = await api('users.info', { user: 'U0RAJ' });
    const gil = await api('users.info', { user: 'U0GIL' });

    expect(raj['user']).toMatchObject({ tz: 'Asia/Kolkata', tz_offset: 19_800, is_restricted: false });
    expect(gil['user']).toMatchObject({ is_restricted: true });
    expect(await api('users.lookupByEmail', { email: 'no@acme.example' })).toMatchObject({ error: 'users_not_found' });
    expect(await api('users.lookupByEmail', { email: 'RAJ@acme.example' })).toMatchObject({ user: { id: 'U0RAJ' } });
  });

  it('shows no address without its own scope', async () => {
    const { api } = await startSlack({ scopes: ['users:read'] });

    expect(JSON.stringify(await api('users.info', { user: 'U0RAJ' }))).not.toContain('acme.example');
    expect(await api('users.lookupByEmail', { email: 'raj@acme.example' })).toMatchObject({ error: 'missing_scope' });
  });
});

describe('chat.update', () => {
  it('drops blocks that are not sent and keeps metadata', async () => {
    const { api, slack } = await startSlack();
    const metadata = { event_type: 'a', event_payload: { id: '1' } };
    const posted = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x', blocks: [aSection('y')], metadata });

    await api('chat.update', { ...IN_DEPLOYS, ts: posted['ts'], text: 'z' });

    expect(slack.messages('C0DEPLOYS')).toMatchObject([{ text: 'z', blocks: [], metadata, edits: 1, isEdited: true }]);
  });

  it('shows no mark of an edit with blocks', async () => {
    const { api, slack } = await startSlack();
    const posted = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x' });

    await api('chat.update', { ...IN_DEPLOYS, ts: posted['ts'], text: 'z', blocks: [aSection('y')] });

    expect(slack.messages('C0DEPLOYS')[0]?.isEdited).toBe(false);
  });

  it('refuses long texts, other people and missing messages', async () => {
    const { api, slack } = await startSlack();
    const posted = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x'.repeat(40_001) });
    slack.say({ user: 'U0ANN', channel: 'C0DEPLOYS', text: 'hello' });
    const [, own] = slack.messages('C0DEPLOYS');
    const update = (ts: unknown, text: string) => api('chat.update', { ...IN_DEPLOYS, ts, text });

    expect(slack.messages('C0DEPLOYS')[0]?.text).toHaveLength(40_000);
    expect(await update(posted['ts'], 'x'.repeat(4000))).toMatchObject({ ok: true });
    expect(await update(posted['ts'], 'x'.repeat(4001))).toMatchObject({ error: 'msg_too_long' });
    expect(await update(own?.ts, 'x')).toMatchObject({ error: 'cant_update_message' });
    expect(await update('1.1', 'x')).toMatchObject({ error: 'message_not_found' });
  });
});

describe('conversations', () => {
  it('gives metadata only when asked for it, newest first, in pages', async () => {
    const { api } = await startSlack({ rateLimits: false });
    const metadata = { event_type: 'a', event_payload: { id: '1' } };
    for (const text of ['one', 'two', 'three']) await api('chat.postMessage', { ...IN_DEPLOYS, text, metadata });

    const first = await api('conversations.history', { ...IN_DEPLOYS, limit: 2 });
    const { next_cursor: cursor } = first['response_metadata'] as Record<string, unknown>;
    const second = await api('conversations.history', { ...IN_DEPLOYS, limit: 2, cursor, include_all_metadata: true });

    expect(first).toMatchObject({ has_more: true, messages: [{ text: 'three' }, { text: 'two' }] });
    expect((first['messages'] as Record<string, unknown>[])[0]).not.toHaveProperty('metadata');
    expect(second).toMatchObject({ has_more: false, messages: [{ text: 'one', metadata }] });
  });

  it('keeps replies in their thread unless they are broadcast', async () => {
    const { api } = await startSlack({ rateLimits: false });
    const root = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'root' });
    const thread_ts = root['ts'];
    await api('chat.postMessage', { ...IN_DEPLOYS, text: 'quiet', thread_ts });
    await api('chat.postMessage', { ...IN_DEPLOYS, text: 'loud', thread_ts, reply_broadcast: true });

    const history = await api('conversations.history', IN_DEPLOYS);
    const replies = await api('conversations.replies', { ...IN_DEPLOYS, ts: thread_ts });

    expect(history['messages']).toMatchObject([
      { text: 'loud', subtype: 'thread_broadcast' },
      { text: 'root', reply_count: 2 },
    ]);
    expect(replies['messages']).toMatchObject([{ text: 'root' }, { text: 'quiet' }, { text: 'loud' }]);
  });

  it('hides private channels that the app is not in', async () => {
    const { api, slack } = await startSlack();
    slack.setChannel({
      id: 'C0SECRET',
      name: 'secret',
      kind: 'private',
      isArchived: false,
      members: new Set(['U0ANN']),
    });

    expect(await api('conversations.info', { channel: 'C0SECRET' })).toMatchObject({ error: 'channel_not_found' });
    expect(await api('conversations.info', { channel: 'C0RANDOM' })).toMatchObject({ channel: { is_member: false } });
  });
});

describe('rate limits', () => {
  it('lets a small burst pass and then one message a second and channel', async () => {
    const { api, slack, clock } = await startSlack();
    const post = (channel: string) => api('chat.postMessage', { channel, text: 'x' });
    for (let count = 0; count < 4; count += 1) expect(await post('C0DEPLOYS')).toMatchObject({ ok: true });

    expect(await post('C0DEPLOYS')).toMatchObject({ error: 'ratelimited' });
    expect(slack.calls.at(-1)).toMatchObject({ status: 429 });
    expect(await post('C0OPS')).toMatchObject({ error: 'ratelimited' });

    clock.now = new Date(clock.now.getTime() + 1000);

    expect(await post('C0DEPLOYS')).toMatchObject({ ok: true });
  });

  it('takes fifty updates a minute and says how long to wait', async () => {
    const { api, slack, clock } = await startSlack();
    const { ts } = await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x' });
    for (let count = 0; count < 50; count += 1) await api('chat.update', { ...IN_DEPLOYS, ts, text: `${count}` });
    clock.now = new Date(clock.now.getTime() + 20_000);

    const refused = await fetch(`${slack.url}/api/chat.update`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}` },
      body: new URLSearchParams({ ...IN_DEPLOYS, ts: String(ts), text: 'late' }),
    });

    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('40');
    expect(slack.messages('C0DEPLOYS')[0]?.text).toBe('49');
  });

  it('can be switched off', async () => {
    const { api, slack } = await startSlack({ rateLimits: false });

    for (let count = 0; count < 20; count += 1) await api('chat.postMessage', { ...IN_DEPLOYS, text: 'x' });

    expect(slack.messages('C0DEPLOYS')).toHaveLength(20);
  });
});

describe('faults', () => {
  it('cuts the connection before or after the deed', async () => {
    const { api, slack } = await startSlack();
    slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'reset_before' } });
    slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'reset_after' } });
    const post = (text: string) => api('chat.postMessage', { ...IN_DEPLOYS, text });

    await expect(post('lost')).rejects.toThrow('fetch failed');
    await expect(post('kept')).rejects.toThrow('fetch failed');
    await post('fine');

    expect(slack.messages('C0DEPLOYS').map((one) => one.text)).toEqual(['kept', 'fine']);
  });

  it('plays errors, statuses, busy times and outages', async () => {
    const { api, slack } = await startSlack();
    slack.faults.add({ count: 1, skip: 1, effect: { kind: 'error', error: 'fatal_error' } });
    slack.faults.add({ count: 1, skip: 1, effect: { kind: 'http', status: 500 } });
    const remove = slack.faults.add({ effect: { kind: 'rate_limited', retryAfter: 7 } });

    expect(await api('auth.test')).toMatchObject({ error: 'ratelimited' });
    expect(await api('auth.test')).toMatchObject({ error: 'fatal_error' });
    expect(await api('auth.test')).toMatchObject({ error: 'internal_error' });
    remove();
    expect(await api('auth.test')).toMatchObject({ ok: true });
    slack.faults.outage(true);
    await expect(api('auth.test')).rejects.toThrow('fetch failed');
    slack.faults.clear();
    expect(await api('auth.test')).toMatchObject({ ok: true });
  });
});

describe('blocks.validate', () => {
  it('takes exactly one of its arguments and points to errors', async () => {
    const { api } = await startSlack();

    expect(
      await api('blocks.validate', { blocks: [aSection('x'), { type: 'actions', elements: [aButton('b')] }] }),
    ).toEqual({ ok: true });
    expect(await api('blocks.validate', { blocks: [{ type: 'x' }] })).toMatchObject({
      errors: [{ pointer: '/blocks/0/type' }],
    });
    expect(await api('blocks.validate', {})).toMatchObject({ error: 'invalid_arguments' });
  });
});
