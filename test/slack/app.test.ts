import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/domain/errors.ts';
import type { SlackAppDeps } from '../../src/slack/app.ts';
import { until } from '../support/until.ts';
import { aClick, aCommand, aMention, anInbox, asForm, SIGNING_SECRET, sendSigned, startBot } from './bot.ts';
import { startStub } from './stub.ts';

const running: { stop(): Promise<void> }[] = [];

async function start(overrides: Partial<SlackAppDeps> = {}) {
  const bot = await startBot(overrides);
  running.push(bot);
  return bot;
}

const failing = async (): Promise<boolean> => {
  throw new Error('disk full');
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((bot) => bot.stop()));
});

describe('a slash command', () => {
  it('is acknowledged with an empty 200 once its row is there, and wakes the inbox', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, aCommand());

    expect([response.status, await response.text()]).toEqual([200, '']);
    expect([...bot.rows.keys()]).toEqual(['slack:trigger:1.2.abc']);
    expect(bot.woken).toEqual(['inbox']);
  });

  it('is not acknowledged before the row is durable', async () => {
    const commit = Promise.withResolvers<void>();
    const inbox = anInbox(() => commit.promise);
    const bot = await start({ acceptInput: inbox.acceptInput });
    let isAnswered = false;

    const sent = sendSigned(bot.url, aCommand()).finally(() => {
      isAnswered = true;
    });
    await wait(150);
    expect(isAnswered).toBe(false);
    commit.resolve();

    expect((await sent).status).toBe(200);
    expect(inbox.rows.size).toBe(1);
  });

  it('is one row when it comes twice, and both are acknowledged', async () => {
    const bot = await start();

    const statuses = [await sendSigned(bot.url, aCommand()), await sendSigned(bot.url, aCommand())].map(
      (response) => response.status,
    );

    expect(statuses).toEqual([200, 200]);
    expect(bot.rows.size).toBe(1);
  });

  it('keeps the payload as it came, without the old verification token', async () => {
    const bot = await start();

    await sendSigned(bot.url, aCommand({ text: 'prod “v1.4.0” — x' }));

    const row = bot.rows.get('slack:trigger:1.2.abc');
    expect(row).toMatchObject({ source: 'slack', receivedAt: new Date('2026-11-23T10:00:00Z') });
    expect(JSON.parse(row?.body ?? '')).toMatchObject({ command: '/deploy', text: 'prod “v1.4.0” — x' });
    expect(row?.body).not.toContain('legacy-verification-token');
  });

  it('is taken whatever it is called and however long its text is', async () => {
    const bot = await start();
    const text = 'x'.repeat(100_000);

    const response = await sendSigned(bot.url, aCommand({ command: '/frobnicate', text }));

    expect(response.status).toBe(200);
    expect(JSON.parse(bot.rows.get('slack:trigger:1.2.abc')?.body ?? '')).toMatchObject({
      command: '/frobnicate',
      text,
    });
  });

  it('tells its user that nothing was done when it cannot be stored', async () => {
    const bot = await start({ acceptInput: failing });

    const response = await sendSigned(bot.url, aCommand());

    const answer: unknown = await response.json();
    expect(answer).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('Nothing was changed.') });
    expect(bot.woken).toEqual([]);
    expect(bot.entries).toContainEqual(expect.objectContaining({ level: 'error', message: 'slack input not stored' }));
  });

  it('says that it may be late when storing takes too long, and is worked on if it is stored after all', async () => {
    const commit = Promise.withResolvers<void>();
    const { acceptInput } = anInbox(() => commit.promise);
    const bot = await start({ acceptInput, storeTimeoutMs: 50 });

    const response = await sendSigned(bot.url, aCommand());
    const answer: unknown = await response.json();
    commit.resolve();

    expect(answer).toMatchObject({ text: expect.stringMatching(/^This may be late.*`store_slow`$/) });
    await until('it is worked on', () => bot.woken.length > 0);
    expect(bot.woken).toEqual(['inbox']);
  });
});

describe('a click', () => {
  it('is stored and acknowledged', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, asForm(aClick()));

    expect(response.status).toBe(200);
    expect([...bot.rows.keys()]).toEqual(['slack:trigger:3.4.click']);
  });

  it('is answered with 503 and a text to its user when it cannot be stored', async () => {
    const told = Promise.withResolvers<string>();
    const slack = await startStub((response, request) => {
      told.resolve(request.body);
      response.end('ok');
    });
    running.push(slack);
    const bot = await start({ acceptInput: failing, apiUrl: slack.apiUrl });

    const response = await sendSigned(bot.url, asForm(aClick({ response_url: `${slack.origin}/actions/1` })));

    expect(response.status).toBe(503);
    expect(JSON.parse(await told.promise)).toMatchObject({
      response_type: 'ephemeral',
      replace_original: false,
      text: expect.stringContaining('Nothing was changed.'),
    });
  });
});

describe('a form', () => {
  const form = { type: 'view_submission', trigger_id: '5.6.form', view: { type: 'modal', callback_id: 'deploy' } };
  const who = { team: { id: 'T0ACME' }, user: { id: 'U0ANN', team_id: 'T0ACME' } };

  it('is stored and closed', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, asForm({ ...form, ...who }));

    expect([response.status, await response.text()]).toEqual([200, '']);
    expect([...bot.rows.keys()]).toEqual(['slack:trigger:5.6.form']);
  });

  it.each(['view_closed', 'shortcut', 'block_suggestion'])('leaves no row for %s', async (type) => {
    const bot = await start();
    const payload = { ...form, ...who, type, callback_id: 'x', action_id: 'x', block_id: 'x', value: '' };

    const response = await sendSigned(bot.url, asForm(payload));

    expect(response.status).toBe(200);
    expect(bot.rows.size).toBe(0);
  });
});

describe('an event', () => {
  const json = { type: 'application/json' };

  it('is stored by its event id before it is acknowledged, although Bolt would acknowledge first', async () => {
    const commit = Promise.withResolvers<void>();
    const inbox = anInbox(() => commit.promise);
    const bot = await start({ acceptInput: inbox.acceptInput });
    let isAnswered = false;

    const sent = sendSigned(bot.url, JSON.stringify(aMention()), json).finally(() => {
      isAnswered = true;
    });
    await wait(150);
    expect(isAnswered).toBe(false);
    commit.resolve();

    expect((await sent).status).toBe(200);
    expect([...inbox.rows.keys()]).toEqual(['slack:event:Ev1']);
    expect(bot.woken).toEqual(['inbox']);
  });

  it('is answered with 503 when it cannot be stored, so that Slack sends it again', async () => {
    const bot = await start({ acceptInput: failing });

    const response = await sendSigned(bot.url, JSON.stringify(aMention()), json);

    expect(response.status).toBe(503);
  });

  it.each([
    ['a mention by a bot', aMention({ bot_id: 'B1' })],
    ['our own mention', aMention({ user: 'U0CHATOPS' })],
    ['an opened home tab', aMention({ type: 'app_home_opened' })],
    ['a warning about the rate', { type: 'app_rate_limited', team_id: 'T0ACME' }],
  ])('is acknowledged and not kept: %s', async (_name, body) => {
    const bot = await start();

    const response = await sendSigned(bot.url, JSON.stringify(body), json);

    expect(response.status).toBe(200);
    expect(bot.rows.size).toBe(0);
  });

  it('answers the check of the request URL', async () => {
    const bot = await start();
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' });

    const response = await sendSigned(bot.url, body, json);

    expect(await response.json()).toEqual({ challenge: 'abc' });
  });
});

describe('a request that is not from Slack', () => {
  it('is refused with 401 when its signature is wrong, and nothing is stored', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, aCommand(), { secret: 'another' });

    expect(response.status).toBe(401);
    expect(bot.rows.size).toBe(0);
  });

  it('is refused with 401 when it has no signature', async () => {
    const bot = await start();

    const response = await fetch(bot.url, { method: 'POST', body: aCommand() });

    expect(response.status).toBe(401);
  });

  it('is refused with 401 when its timestamp is more than five minutes old', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, aCommand(), { at: new Date(Date.now() - 301_000) });

    expect(response.status).toBe(401);
    expect(bot.rows.size).toBe(0);
  });

  it('is refused with 401 when its timestamp is more than five minutes ahead', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, aCommand(), { at: new Date(Date.now() + 310_000) });

    expect(response.status).toBe(401);
    expect(bot.rows.size).toBe(0);
  });

  it('is refused with 413 above one megabyte', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, aCommand({ text: 'x'.repeat(1_000_001) }));

    expect(response.status).toBe(413);
  });

  it('is refused with 400 when it cannot be read, and its content is not logged', async () => {
    const bot = await start();

    const response = await sendSigned(bot.url, 'payload=xsecretx');

    expect(response.status).toBe(400);
    expect(JSON.stringify(bot.entries)).not.toContain('xsecretx');
  });

  it('may be the unsigned check of the certificate', async () => {
    const bot = await start();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };

    const response = await fetch(bot.url, { method: 'POST', headers, body: 'ssl_check=1&command=/deploy' });

    expect(response.status).toBe(200);
    expect(bot.rows.size).toBe(0);
  });
});

describe('createSlackApp', () => {
  it('names the setting when there is no signing secret', async () => {
    const starting = startBot({ signingSecret: '' });

    await expect(starting).rejects.toThrow(ConfigError);
    await expect(starting).rejects.toThrow('SLACK_SIGNING_SECRET');
  });

  it('never logs a secret or a body', async () => {
    const bot = await start({ acceptInput: failing });

    await sendSigned(bot.url, aCommand());
    await sendSigned(bot.url, asForm(aClick()));

    const logged = JSON.stringify(bot.entries, (_key, value: unknown) =>
      value instanceof Error ? `${value.message} ${value.stack}` : value,
    );
    for (const secret of [SIGNING_SECRET, 'xoxb-test', 'prod v1.4.0']) expect(logged).not.toContain(secret);
  });
});
