import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { type BotProcess, spawnBotProcess } from '../support/bot-process.ts';
import { linkingEnv, linksAccount } from '../support/browser.ts';
import { playRequests, rootsOf, saidTwice } from '../support/crash.ts';
import { deploys, type Flow, startFlow } from '../support/flow.ts';
import { formWords, offers, openForm, seesForm } from '../support/forms.ts';
import { hasPostgres, startPostgres, withoutPostgres } from '../support/postgres.ts';
import {
  allIsTold,
  bringToProduction,
  createRandom,
  isPlaying,
  outcomesOf,
  unsteadyFile,
} from '../support/unsteady-release.ts';
import { until } from '../support/until.ts';

const seed = Number(process.env['KILL_SEED'] ?? 20_261_128);
const kills = 5;
const longestLeadMs = 4_000;

let server: Awaited<ReturnType<typeof startPostgres>>;
let flow: Flow;
let balancer: Balancer;
let bots: readonly BotProcess[] = [];

describe.skipIf(!hasPostgres)(`replicas on one Postgres${withoutPostgres}`, () => {
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  afterEach(async () => {
    await Promise.all(bots.map((bot) => bot.kill()));
    bots = [];
    await balancer.stop();
    await flow.stop();
  });

  it(`bring a release to production, whichever of three leads and is killed (seed ${seed})`, async () => {
    await startReplicas(3);
    const random = createRandom(seed);
    const tookOverMs: number[] = [];
    const working = bringToProduction(flow);
    for (let n = 0; n < kills; n += 1) {
      await pause(random() * longestLeadMs);
      const before = leader();
      await nothingIsPlayed();
      const killedAt = performance.now();
      await before.kill();
      await Promise.all([replace(before), until('another one leads', () => !leadsNow(before))]);
      tookOverMs.push(Math.round(performance.now() - killedAt));
    }
    await working;
    await allIsTold(flow);

    const lost = flow.gitlab.webhooks.filter(({ result }) => result.kind !== 'answered' || result.status >= 500).length;
    console.info(
      `leaders killed: ${kills}; webhooks lost: ${lost}; another led and the third was back after (ms): ${tookOverMs.join(', ')}`,
    );
    expect(outcome()).toEqual(once);
  }, 300_000);

  it('serve a person at one that does not lead, which hands on what comes in', async () => {
    await startReplicas(2, linkingEnv());
    const leading = leader();
    const [other] = bots.filter((bot) => bot !== leading);
    balancer.share(portsOf(bots.filter((bot) => bot === other)));
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 waits for a person');
    await linksAccount(flow, 'U0ANN', 'ann');

    await flow.slack.command({ user: 'U0ANN', channel: deploys, command: '/deploy', text: '' });
    const atOnce = formWords(openForm(flow.slack, 'U0ANN'));
    const form = await seesForm(flow.slack, 'U0ANN', 'Environment');
    const typed = { user: 'U0ANN', viewId: form.id, actionId: 'deploy_version', value: '1.4' };
    const offered = await offers(flow.slack, typed);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary is played', () => flow.played().includes('deploy-canary'));

    expect(atOnce).toContain('Loading');
    expect(offered).toContain('v1.4.0');
    expect(leading.output()).toContain('webhook processed');
    expect(other?.output()).not.toContain('webhook processed');
    const [lead, follow] = await Promise.all([leading, other].map((bot) => readiness(bot)));
    expect([lead, follow]).toEqual([
      { status: 'ready', leads: true },
      { status: 'ready', leads: false },
    ]);
  });

  it('take the lead from one that froze, which steps down when it goes on', async () => {
    await startReplicas(2);
    const frozen = leader();
    const working = bringToProduction(flow);
    await pause(2_000);
    await nothingIsPlayed();
    process.kill(frozen.pid ?? 0, 'SIGSTOP');
    const frozenAt = performance.now();
    balancer.share(portsOf(bots.filter((bot) => bot !== frozen)));
    await until('another one leads', () => !leadsNow(frozen));
    const tookOverMs = Math.round(performance.now() - frozenAt);
    process.kill(frozen.pid ?? 0, 'SIGCONT');
    await until(
      () => `the one that froze steps down: ${frozen.output()}`,
      () => frozen.output().includes('lost the lead to another process'),
    );
    balancer.share(portsOf(bots));
    await working;
    await allIsTold(flow);

    console.info(`another one led ${tookOverMs} ms after the leader froze`);
    expect(outcome()).toEqual(once);
  }, 300_000);
});

/** Nothing is lost, nothing there twice, and each thread has its messages in the order in which they were written. */
const once = {
  roots: [expect.stringContaining('v1.4.0')],
  saidTwice: [],
  played: ['deploy-canary', 'deploy-prod'],
  playRequests: 2,
  ends: ['succeeded'],
  outOfOrder: [],
};

function outcome(): Record<keyof typeof once, unknown> {
  const sent = flow.database.read(
    'select root_key, lane, ts from outbox where root_key is not null and ts is not null order by root_key, lane, seq',
  );
  const byTime = sent.toSorted((a, b) => compare(a, b, 'root_key') || compare(a, b, 'lane') || compare(a, b, 'ts'));
  return {
    roots: rootsOf(flow),
    saidTwice: saidTwice(flow),
    played: flow.played(),
    playRequests: playRequests(flow),
    ends: outcomesOf(flow, 'operation.end'),
    outOfOrder: sent.filter((row, index) => row !== byTime[index]),
  };
}

type Row = Readonly<Record<string, unknown>>;

function compare(a: Row, b: Row, column: string): number {
  return String(a[column]).localeCompare(String(b[column]), 'en', { numeric: true });
}

/** One that went in the very moment of a play leaves its successor to look at the job for a minute. */
async function nothingIsPlayed(): Promise<void> {
  await until('nothing is being played', () => !isPlaying(flow), 90_000);
}

async function readiness(bot: BotProcess | undefined): Promise<{ readonly status: unknown; readonly leads: unknown }> {
  const [port] = portsOf(bot ? [bot] : []);
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { status, leads } = (await answer.json()) as Record<string, unknown>;
  return { status, leads };
}

async function startReplicas(count: number, env: Readonly<Record<string, string>> = {}): Promise<void> {
  flow = await startFlow({ file: unsteadyFile, paced: true, database: server.newDatabase(), env });
  await flow.stopBot();
  balancer = await startBalancer();
  flow.listensAt(balancer.url);
  bots = Array.from({ length: count }, () => spawnBotProcess(flow));
  await Promise.all(bots.map(ready));
  balancer.share(portsOf(bots));
}

/** An orchestrator starts another one, and the balancer asks only those that are there. */
async function replace(dead: BotProcess): Promise<void> {
  const others = bots.filter((bot) => bot !== dead);
  const fresh = spawnBotProcess(flow);
  bots = [...others, fresh];
  balancer.share(portsOf(others));
  await ready(fresh);
  balancer.share(portsOf(bots));
}

async function ready(bot: BotProcess): Promise<void> {
  await until(
    () => `a bot that is ready: ${bot.output()}`,
    () => portOf(bot) !== undefined,
  );
}

function portOf(bot: BotProcess): number | undefined {
  const port = /"port":(\d+).*"msg":"ready"/.exec(bot.output())?.[1];
  return port === undefined ? undefined : Number(port);
}

function portsOf(those: readonly BotProcess[]): readonly number[] {
  return those.flatMap((bot) => portOf(bot) ?? []);
}

function leader(): BotProcess {
  const found = bots.find((bot) => leadsNow(bot));
  if (!found) throw new Error('nobody leads');
  return found;
}

function leadsNow(bot: BotProcess): boolean {
  const [lease] = flow.database.read('select holder_label from lease');
  return String(lease?.['holder_label']).endsWith(`(process ${bot.pid})`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
