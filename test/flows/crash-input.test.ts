import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';
import { playRequests, rootsOf, saidTwice } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let bot: BotProcess;

beforeEach(async () => {
  flow = await startFlow();
  await flow.stopBot();
  bot = await startBotProcess(flow);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
});

afterEach(async () => {
  await bot.kill();
  await flow.stop();
});

/** GitLab keeps the bot waiting, so that it dies between the 200 that it gave to Slack and what it was asked for. */
async function diesOver(input: () => Promise<unknown>): Promise<void> {
  flow.gitlab.faults.slow({ method: 'GET' }, 5_000, 100);
  await input();
  await bot.kill();
  flow.gitlab.faults.clear();
  await flow.startBot();
}

describe('a bot that is killed when it has taken input and not acted on it', () => {
  it('answers the command when it is back', async () => {
    await diesOver(() =>
      flow.slack.command({ user: 'U0ANN', channel: deploys, command: '/deploy', text: 'prod v1.4.0' }),
    );

    expect(words(await flow.reads('U0ANN', 'v1.4.0'))).toContain('v1.3.0');
    expect(flow.slack.ephemerals('U0ANN')).toHaveLength(1);
  });

  it('carries out the press when it is back, once', async () => {
    await flow.types('U0ANN', '/deploy prod v1.4.0');

    await diesOver(() => flow.presses('U0ANN', 'Deploy'));

    await until('the canary job starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    await flow.sees('Ann Smith deploys v1.4.0 to production');
    expect(playRequests(flow)).toBe(1);
    expect(flow.audit().filter(({ action }) => action === 'deploy.confirm')).toMatchObject([{ outcome: 'allowed' }]);
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });
});
