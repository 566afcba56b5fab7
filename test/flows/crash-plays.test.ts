import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unknownOutcomeMs } from '../../src/domain/operation.ts';
import {
  type CrashingBot,
  type CrashPoint,
  finishRelease,
  movableClock,
  playRequests,
  rootsOf,
  saidTwice,
  startCrashingBot,
} from '../support/crash.ts';
import { type Flow, startFlow } from '../support/flow.ts';
import { until } from '../support/until.ts';

let clock: ReturnType<typeof movableClock>;
let flow: Flow;
let bot: CrashingBot;
let pipelineId: number;

beforeEach(async () => {
  clock = movableClock();
  flow = await startFlow({ clock });
  bot = await startCrashingBot(flow);
  ({ id: pipelineId } = await flow.gitlab.pushTag('v1.4.0'));
  await flow.gitlab.settle(pipelineId);
  await flow.types('U0ANN', '/deploy prod v1.4.0');
});

afterEach(async () => {
  await bot.kill();
  await flow.stop();
});

async function deployUntil(point: CrashPoint): Promise<void> {
  bot.diesAt(point);
  await flow.presses('U0ANN', 'Deploy');
  await bot.dead();
}

/** The bot looks at the jobs of the pipeline, as it does before each deed. */
async function looksAtJobs(): Promise<void> {
  const before = looks();
  // The poll at the start looks too, and at the same time.
  await until('two looks at the jobs', () => looks() >= before + 2);
}

function looks(): number {
  return flow.gitlab.requests.filter(({ path }) => path.endsWith(`/${pipelineId}/jobs`)).length;
}

describe('a bot that dies while it plays a job', () => {
  it('has not played it: looks for a minute, then plays it once', async () => {
    await deployUntil('play_intended');
    expect(playRequests(flow)).toBe(0);

    await flow.startBot();
    await looksAtJobs();
    expect(playRequests(flow)).toBe(0);
    clock.moveMs(unknownOutcomeMs);
    await flow.restart();

    await finishRelease(flow, pipelineId);
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(playRequests(flow)).toBe(2);
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });

  it('has played it and not written that down: sees it running and does not play it again', async () => {
    await deployUntil('play_done');
    expect(playRequests(flow)).toBe(1);

    clock.moveMs(unknownOutcomeMs);
    await flow.startBot();

    await finishRelease(flow, pipelineId);
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(playRequests(flow)).toBe(2);
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });

  it('has played it and the job ends while nobody looks: does not play it again', async () => {
    await deployUntil('play_done');
    await flow.gitlab.settle(pipelineId);

    clock.moveMs(unknownOutcomeMs);
    await flow.startBot();

    await finishRelease(flow, pipelineId);
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(playRequests(flow)).toBe(2);
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });

  it('has played it and written that down: goes on from there', async () => {
    await deployUntil('play_recorded');
    expect(playRequests(flow)).toBe(1);

    await flow.startBot();

    await finishRelease(flow, pipelineId);
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(playRequests(flow)).toBe(2);
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });

  it('was told to promote: plays production once', async () => {
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    await flow.gitlab.settle(pipelineId);
    const question = await flow.sees('Promote v1.4.0 to production?');
    bot.diesAt('play_done');
    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await bot.dead();

    clock.moveMs(unknownOutcomeMs);
    await flow.startBot();
    await flow.gitlab.settle(pipelineId);

    await flow.sees('Verified by verify-deployment');
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(playRequests(flow)).toBe(2);
    expect(rootsOf(flow)).toHaveLength(1);
    expect(saidTwice(flow)).toEqual([]);
  });
});
