import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';
import { playRequests, rootsOf, saidTwice } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

const seed = Number(process.env['KILL_SEED'] ?? 20_260_417);
const kills = 10;

/** A bot that is not killed earlier is killed then. */
const longestLifeMs = 2_500;

/** The poll finds what was lost, five seconds show what was being posted, and a minute what was being played. */
const patienceMs = 80_000;

const file = `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments:
      production: { aliases: [prod] }
identity:
  users: { U0ANN: ann }
poll_every: 5s
`;

let flow: Flow;
let killer: Killer | undefined;

afterEach(async () => {
  await killer?.leaveAlone();
  await killer?.bot?.kill();
  await flow.stop();
});

describe('a bot that is killed again and again', () => {
  it(`brings a release to production in one thread and plays each gate once (seed ${seed})`, async () => {
    flow = await startFlow({ file, paced: true, env: { PORT: String(await freePort()) } });
    await flow.stopBot();
    killer = startKiller(flow, createRandom(seed));

    const main = await flow.gitlab.pushBranch('main');
    await runJobs(main.id);
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await runJobs(id);
    await persist('Deploy', 'deploy-canary', () => askToDeploy());
    await runJobs(id);
    await persist('Promote to production', 'deploy-prod', () => answerQuestion());
    await runJobs(id);
    await killer.spent;
    await killer.leaveAlone();
    await sees('Verified by verify-deployment');
    await nothingWaits();

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
    expect(outcomesOf('job.play').filter((outcome) => outcome === 'intended')).toHaveLength(2);
    expect(outcomesOf('operation.end')).toEqual(['succeeded']);
  }, 150_000);
});

/** Whoever sees Slack's error, or nothing at all, tries again. */
async function persist(label: string, job: string, attempt: () => Promise<void>): Promise<void> {
  const end = Date.now() + patienceMs;
  while (flow.gitlab.job(job).status === 'manual') {
    if (Date.now() > end) throw new Error(`${label} never started ${job}: ${flow.shown().map(words).join(' | ')}`);
    await attempt();
    await until(`${job} starts`, () => flow.gitlab.job(job).status !== 'manual', 1_000).catch(() => undefined);
  }
}

async function askToDeploy(): Promise<void> {
  const card = flow.slack.ephemerals('U0ANN').at(-1);
  if (card && words(card).includes('Cancel')) {
    await flow.presses('U0ANN', 'Deploy');
    return;
  }
  const asked = { user: 'U0ANN', channel: deploys, command: '/deploy', text: 'prod v1.4.0' };
  const before = flow.slack.ephemerals('U0ANN').length;
  const { status } = await flow.slack.command(asked);
  if (status !== 200) return;
  await until('an answer', () => flow.slack.ephemerals('U0ANN').length > before, 3_000).catch(() => undefined);
}

async function answerQuestion(): Promise<void> {
  const question = flow.shown().find((message) => words(message).includes('Promote v1.4.0 to production?'));
  if (question) await flow.pressesOn('U0ANN', question, 'Promote to production');
}

/** Runners at work: one job after the other, with time for the bot to be told, or to be dead, in between. */
async function runJobs(pipelineId: number): Promise<void> {
  for (;;) {
    const next = flow.gitlab
      .pipeline(pipelineId)
      .jobs.find(({ status }) => status === 'pending' || status === 'running');
    if (!next) return;
    await flow.gitlab.finish(next.name, 'success', { pipelineId });
    await wait(100);
  }
}

async function sees(text: string): Promise<void> {
  await until(
    () => `"${text}": ${flow.shown().map(words).join(' | ')}`,
    () => flow.shown().some((message) => words(message).includes(text)),
    patienceMs,
  );
}

async function nothingWaits(): Promise<void> {
  let ready = '';
  const end = Date.now() + patienceMs;
  while (!/"outbox":\{"waiting":0,.*"dead":0/.test(ready)) {
    if (Date.now() > end) throw new Error(`messages wait: ${ready}`);
    await wait(100);
    ready = await (await fetch(`${flow.botUrl}/readyz`)).text();
  }
}

function outcomesOf(action: string): readonly string[] {
  return flow.audit().flatMap((line) => (line.action === action ? [line.outcome] : []));
}

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

/**
 * A play is on record and has not reached GitLab. Killed just then, the bot looks at the job for a minute before it
 * plays it; that has a test of its own, with a clock that can be moved.
 */
function isPlaying(flow: Flow): boolean {
  return outcomesOf('job.play').filter((outcome) => outcome === 'intended').length > playRequests(flow);
}

/** Messages and edits that Slack took. */
function sentMessages(flow: Flow): number {
  return flow.slack.calls.filter(({ method }) => method.startsWith('chat.')).length;
}

function startedGates(flow: Flow): number {
  return ['deploy-canary', 'deploy-prod'].filter((gate) => !waiting.has(flow.gitlab.job(gate).status)).length;
}

const waiting: ReadonlySet<string> = new Set(['created', 'manual', 'skipped']);

/** The same row of numbers between 0 and 1 for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
