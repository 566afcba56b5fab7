import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';
import { playRequests, rootsOf, saidTwice } from '../support/crash.ts';
import { type Flow, startFlow } from '../support/flow.ts';
import {
  allIsTold,
  bringToProduction,
  createRandom,
  isPlaying,
  outcomesOf,
  unsteadyFile,
} from '../support/unsteady-release.ts';

const seed = Number(process.env['KILL_SEED'] ?? 20_260_417);
const kills = 10;

/** A bot that is not killed earlier is killed then. */
const longestLifeMs = 2_500;

let flow: Flow;
let killer: Killer | undefined;

afterEach(async () => {
  await killer?.leaveAlone();
  await killer?.bot?.kill();
  await flow.stop();
});

describe('a bot that is killed again and again', () => {
  it(`brings a release to production in one thread and plays each gate once (seed ${seed})`, async () => {
    flow = await startFlow({ file: unsteadyFile, paced: true, env: { PORT: String(await freePort()) } });
    await flow.stopBot();
    killer = startKiller(flow, createRandom(seed));

    await bringToProduction(flow);
    await killer.spent;
    await killer.leaveAlone();
    await allIsTold(flow);

    const { startsMs } = killer;
    const lost = flow.gitlab.webhooks.filter(({ result }) => result.kind === 'failed').length;
    const starts = startsMs.join(', ');
    console.info(`killed ${startsMs.length - 1} times; webhooks lost: ${lost}; ready after (ms): ${starts}`);
    expect(startsMs.length).toBeGreaterThan(kills);
    expect(lost).toBeGreaterThan(0);
    // The push to main ended well, which is no news here.
    expect(rootsOf(flow)).toEqual([expect.stringContaining('v1.4.0')]);
    expect(saidTwice(flow)).toEqual([]);
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
    expect(playRequests(flow)).toBe(2);
    expect(outcomesOf(flow, 'job.play').filter((outcome) => outcome === 'intended')).toHaveLength(2);
    expect(outcomesOf(flow, 'operation.end')).toEqual(['succeeded']);
  }, 150_000);
});

interface Killer {
  /** The one that lives, or lived last. */
  readonly bot: BotProcess | undefined;
  /** How long each start took until it was ready. */
  readonly startsMs: readonly number[];
  /** Resolves when it was killed `kills` times at moments of chance. */
  readonly spent: Promise<void>;
  /** Ends the killing; resolves when a bot lives that stays. */
  leaveAlone(): Promise<void>;
}

/**
 * Starts the bot and kills it again and again: some milliseconds after it was ready, or in the very moment in which
 * Slack has done what it asked and it does not know that yet; and always when a gate starts.
 */
function startKiller(flow: Flow, random: () => number): Killer {
  const startsMs: number[] = [];
  const ended = new AbortController();
  const spent = Promise.withResolvers<void>();
  let bot: BotProcess | undefined;

  async function run(): Promise<void> {
    while (!ended.signal.aborted) {
      const startedAt = performance.now();
      bot = await startBotProcess(flow);
      startsMs.push(Math.round(performance.now() - startedAt));
      if (startsMs.length > kills) spent.resolve();
      await killInTime(flow, bot, { random, byChance: startsMs.length <= kills, signal: ended.signal });
    }
  }
  const running = run();
  running.catch((error: unknown) => spent.reject(error));
  return {
    get bot() {
      return bot;
    },
    startsMs,
    spent: spent.promise,
    async leaveAlone() {
      ended.abort();
      await running;
    },
  };
}

interface Chance {
  readonly random: () => number;
  readonly byChance: boolean;
  readonly signal: AbortSignal;
}

/** Resolves when the bot is dead, or when the killing has ended. */
async function killInTime(flow: Flow, bot: BotProcess, { random, byChance, signal }: Chance): Promise<void> {
  const byTime = random() < 0.4;
  const lifeMs = byTime ? 100 + random() * longestLifeMs : longestLifeMs;
  const messages = sentMessages(flow) + 1 + Math.floor(random() * 4);
  const gates = startedGates(flow);
  const look = (): void => {
    const isMoment = byChance && !byTime && sentMessages(flow) >= messages && !isPlaying(flow);
    // Before Slack or GitLab writes its answer: this is called while it does what it was asked.
    if (!signal.aborted && (isMoment || startedGates(flow) > gates)) void bot.kill();
  };
  const forget = [flow.slack.onChange(look), flow.gitlab.onChange(look)];
  const diesAt = performance.now() + lifeMs;
  const timer = setInterval(() => {
    if (byChance && performance.now() >= diesAt && !isPlaying(flow)) void bot.kill();
  }, 20);
  const over = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => over.resolve(), { once: true });
  if (!signal.aborted) await Promise.race([bot.ended, over.promise]);
  clearInterval(timer);
  for (const each of forget) each();
}

/** Messages and edits that Slack took. */
function sentMessages(flow: Flow): number {
  return flow.slack.calls.filter(({ method }) => method.startsWith('chat.')).length;
}

function startedGates(flow: Flow): number {
  return ['deploy-canary', 'deploy-prod'].filter((gate) => !waiting.has(flow.gitlab.job(gate).status)).length;
}

const waiting: ReadonlySet<string> = new Set(['created', 'manual', 'skipped']);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
