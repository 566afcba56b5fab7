import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';

const question = 'Deploy v1.4.0 to production?';

let flow: Flow;

beforeEach(async () => {
  flow = await startFlow();
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
});

afterEach(() => flow.stop());

describe('an answer', () => {
  it('to a command goes through its response_url to the asker alone', async () => {
    const plan = await flow.types('U0ANN', '/deploy prod v1.4.0');

    const answers = flow.slack.calls.filter(({ method }) => method === 'response_url');
    expect(words(plan)).toContain(question);
    expect(answers.map(({ args }) => args['response_type'])).toEqual(['ephemeral']);
    expect(flow.slack.calls.some(({ method }) => method === 'chat.postEphemeral')).toBe(false);
    expect(flow.shown().map(words).join()).not.toContain(question);
  });

  it('that Slack holds back is given later, once', async () => {
    flow.slack.faults.add({
      method: 'response_url',
      count: 1,
      effect: { kind: 'rate_limited', retryAfter: 1 },
    });

    await flow.types('U0ANN', '/deploy prod v1.4.0');

    expect(flow.slack.ephemerals('U0ANN').map((card) => words(card).includes(question))).toEqual([true]);
  });

  it('to a mention is shown to its writer alone, where the bot is a member', async () => {
    await flow.mentions('U0ANN', 'deploy prod v1.4.0');

    expect(flow.slack.calls.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(1);
    expect(flow.shown().map(words).join()).not.toContain(question);
  });
});

describe('a request that Slack delivers twice', () => {
  it('is one plan and one answer for a command', async () => {
    flow.slack.faults.deliverTwice('command');

    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.types('U0ANN', '/deployments prod');

    expect(flow.slack.ephemerals('U0ANN').filter((card) => words(card).includes(question))).toHaveLength(1);
    expect(flow.audit().filter(({ action }) => action === 'deploy')).toHaveLength(1);
  });

  it('is one answer for a mention', async () => {
    flow.slack.faults.deliverTwice('event');

    await flow.mentions('U0ANN', 'deploy prod v1.4.0');
    await flow.types('U0ANN', '/deployments prod');

    expect(flow.slack.ephemerals('U0ANN').filter((card) => words(card).includes(question))).toHaveLength(1);
  });
});

describe('a request that is not from Slack', () => {
  it.each([
    ['no signature', {}],
    [
      'a wrong signature',
      {
        'x-slack-signature': `v0=${'0'.repeat(64)}`,
        'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
      },
    ],
    ['an old timestamp', { 'x-slack-signature': `v0=${'0'.repeat(64)}`, 'x-slack-request-timestamp': '1' }],
  ])('with %s is refused and nothing is stored', async (_, headers) => {
    const response = await fetch(`${flow.botUrl}/slack/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ command: '/deploy', text: 'prod v1.4.0', user_id: 'U0ANN', team_id: 'T0ACME' }),
    });
    await flow.types('U0RAJ', '/deployments prod');

    expect(response.status).toBe(401);
    expect(flow.audit()).toHaveLength(1);
    expect(flow.slack.ephemerals('U0ANN')).toEqual([]);
  });
});

describe('a bot that mentions the bot', () => {
  it('gives no orders', async () => {
    const ann = flow.slack.users().find((user) => user.id === 'U0ANN');
    if (ann) flow.slack.setUser({ ...ann, isBot: true });

    const answer = await flow.mentions('U0ANN', 'deploy prod v1.4.0');

    expect(words(answer)).toContain('Guests and bots can look, not deploy.');
  });
});

describe('a command that waited for longer than five minutes', () => {
  it('is answered, not carried out', async () => {
    let aheadMs = 0;
    await flow.stopBot();
    // Until Slack has said which workspace is ours, input is kept and not worked on.
    const mend = flow.slack.faults.add({ method: 'auth.test', effect: { kind: 'http', status: 500 } });
    await flow.startBot({ clock: { now: () => new Date(Date.now() + aheadMs) } });
    await flow.slack.command({ user: 'U0ANN', channel: 'C0DEPLOYS', command: '/deploy', text: 'prod v1.4.0' });
    aheadMs = 6 * 60_000;
    mend();

    const answer = await flow.reads('U0ANN', 'I was away, nothing was done.');
    expect(words(answer)).toContain('ask again: /deploy prod v1.4.0');
    expect(flow.slack.ephemerals('U0ANN')).toHaveLength(1);
    expect(flow.writes()).toEqual([]);
  });
});
