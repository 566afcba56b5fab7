import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CrashingBot, movableClock, rootsOf, saidTwice, startCrashingBot } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

/** A message whose outcome is not known is looked for after five seconds. */
const lookAfterMs = 5_000;

let clock: ReturnType<typeof movableClock>;
let flow: Flow;
let bot: CrashingBot;

beforeEach(async () => {
  clock = movableClock();
  flow = await startFlow({ clock });
  bot = await startCrashingBot(flow);
});

afterEach(async () => {
  await bot.kill();
  await flow.stop();
});

/** The bot died; it comes back when what it last sent can be looked for. */
async function comesBack(): Promise<void> {
  await bot.dead();
  clock.moveMs(lookAfterMs);
  await flow.startBot();
}

/** Messages that Slack took, as opposed to those the channel shows now. */
function posts(): number {
  return flow.slack.calls.filter(({ method, result }) => method === 'chat.postMessage' && result['ok'] === true).length;
}

function twoOf(texts: readonly string[]): readonly string[] | undefined {
  return texts.length === 2 ? texts : undefined;
}

async function seesWholeThread(): Promise<void> {
  await flow.sees('v1.4.0 · waiting for a person');
  await flow.sees('v1.4.0 is deployed to staging.');
  await flow.sees('v1.4.0 waits for a person: deploy-canary');
}

describe('a bot that dies while it posts', () => {
  it.each([
    { point: 'message_sending', times: 1, message: 'the root, before it left' },
    { point: 'message_sending', times: 2, message: 'what follows the root, before it left' },
    { point: 'message_sent', times: 1, message: 'the root, which Slack has taken' },
    { point: 'message_sent', times: 2, message: 'the second message, which Slack has taken' },
    { point: 'message_sent', times: 3, message: 'the third message, which Slack has taken' },
    { point: 'message_recorded', times: 1, message: 'the root, which is on record' },
  ] as const)('goes on in the same thread and says nothing twice: $message', async ({ point, times }) => {
    bot.diesAt(point, times);
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);

    await comesBack();

    await seesWholeThread();
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
    expect(posts()).toBe(flow.shown().length);
  });

  it.each(['message_sending', 'message_sent'] as const)(
    'shows the last state of a message it was editing at %s',
    async (point) => {
      const { id } = await flow.gitlab.pushTag('v1.4.0');
      await flow.gitlab.settle(id);
      await seesWholeThread();

      bot.diesAt(point);
      await flow.gitlab.play(flow.gitlab.job('deploy-canary').id, 'raj');
      await flow.gitlab.settle(id);
      await comesBack();

      await until('a root that waits for deploy-prod', () => rootsOf(flow)[0]?.includes('deploy-prod (production)'));
      await flow.sees('v1.4.0 is deployed to production-canary.');
      expect(rootsOf(flow)).toHaveLength(1);
      expect(saidTwice(flow)).toEqual([]);
    },
  );

  it('does not look for a message before Slack can show it', async () => {
    bot.diesAt('message_sent');
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await bot.dead();
    const before = flow.slack.calls.length;
    const looks = () =>
      flow.slack.calls.slice(before).filter(({ method }) => method === 'conversations.history').length;

    await flow.startBot();
    const help = await flow.types('U0ANN', '/chatops help');
    expect(words(help)).toContain('/deploy');
    expect(looks()).toBe(0);
    clock.moveMs(lookAfterMs);
    await flow.restart();

    await seesWholeThread();
    expect(looks()).toBe(1);
    expect(posts()).toBe(flow.shown().length);
  });
});

describe('a bot that dies while it answers one person', () => {
  it('gives the answer after it is back', async () => {
    bot.diesAt('message_sending');
    await flow.slack.command({ user: 'U0ANN', channel: deploys, command: '/chatops', text: 'help' });

    await comesBack();

    await flow.reads('U0ANN', '/deploy');
    expect(flow.slack.ephemerals('U0ANN')).toHaveLength(1);
  });

  it('gives an answer again that nobody can look for, rather than losing it', async () => {
    bot.diesAt('message_sent');
    await flow.slack.command({ user: 'U0ANN', channel: deploys, command: '/chatops', text: 'help' });

    await comesBack();

    const answers = await until('the answer again', () => twoOf(flow.slack.ephemerals('U0ANN').map(words)));
    expect(answers[1]).toBe(answers[0]);
  });
});
