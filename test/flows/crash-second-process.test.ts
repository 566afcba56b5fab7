import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotProcess, spawnBotProcess, startBotProcess } from '../support/bot-process.ts';
import { movableClock, rootsOf, saidTwice } from '../support/crash.ts';
import { type Flow, startFlow } from '../support/flow.ts';
import { until } from '../support/until.ts';

let clock: ReturnType<typeof movableClock>;
let flow: Flow;
let first: BotProcess;
let second: BotProcess | undefined;

beforeEach(async () => {
  clock = movableClock();
  flow = await startFlow({ clock, env: { LOG_LEVEL: 'debug' } });
  await flow.stopBot();
  first = await startBotProcess(flow);
});

afterEach(async () => {
  await second?.kill();
  await first.kill();
  second = undefined;
  await flow.stop();
});

/** How often a process that waits has looked whether it may lead. */
function looksOf(bot: BotProcess): number {
  return bot.output().split('waiting for the lead').length - 1;
}

describe('a second process on the same store', () => {
  it('waits, then ends with code 75 and names the one that holds it', async () => {
    second = spawnBotProcess(flow);

    expect(await second.ended).toEqual({ code: 75, signal: null });

    expect(second.output()).toContain(`${hostname()} (process ${first.pid})`);
    expect(second.output()).toContain('Stop that process first, or give this one another DATABASE_URL.');
    expect((await fetch(`${flow.botUrl}/readyz`)).status).toBe(200);
  });

  it('takes over as soon as the first has stopped', async () => {
    second = spawnBotProcess(flow);
    const waiting = second;
    await until('a process that waits', () => waiting.output().includes('waiting for another process'));

    expect(await first.terminate()).toBe(0);

    await until('the second is ready', () => waiting.output().includes('"msg":"ready"'));
  });

  it('takes over as soon as the first was killed', async () => {
    second = spawnBotProcess(flow);
    const waiting = second;
    await until('a process that waits', () => waiting.output().includes('waiting for another process'));

    await first.kill();
    const looksBefore = looksOf(waiting);

    await until('the second is ready', () => waiting.output().includes('"msg":"ready"'));
    // It looks twice a second; the lease would have lasted for at least six seconds more.
    expect(looksOf(waiting) - looksBefore).toBeLessThanOrEqual(2);
  });
});

describe('the start after an end', () => {
  it('leads at once after SIGKILL, without waiting for the lease to lapse', async () => {
    await first.kill();

    second = await startBotProcess(flow);

    expect(second.output()).not.toContain('waiting for another process');
  });

  it('sends what SIGTERM left waiting', async () => {
    flow.slack.faults.outage(true);
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.deliverWebhooks();
    await until(
      () => `an attempt: ${first.output()}`,
      () => flow.slack.calls.some(({ method, reset }) => method === 'chat.postMessage' && reset),
    );

    expect(await first.terminate()).toBe(0);
    flow.slack.faults.outage(false);
    expect(flow.shown()).toEqual([]);
    clock.moveMs(5_000);
    await flow.startBot();

    await flow.sees('v1.4.0 is deployed to staging.');
    await flow.sees('v1.4.0 waits for a person: deploy-canary');
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });
});
