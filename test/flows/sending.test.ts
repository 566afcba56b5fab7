import { describe, it, type TestContext } from 'vitest';
import type { Fault } from '../../src/sandbox/slack-server/faults.ts';
import { startBotProcess } from '../support/bot-process.ts';
import { fileWith, replies, roots } from '../support/channel.ts';
import { deploys, type Flow, type FlowOptions, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { quiet } from '../support/webhooks.ts';

const file = fileWith([`{ id: ${deploys}, notify: [started, succeeded, failed, fixed, deployed, approval] }`]);

type Ends = Pick<TestContext, 'onTestFinished'>;

async function startTold({ onTestFinished }: Ends, options: FlowOptions = {}): Promise<Flow> {
  const flow = await startFlow({ file, ...options });
  onTestFinished(() => flow.stop());
  return flow;
}

/** The first lines of the replies in the only thread, in their order. */
function told(flow: Flow): readonly string[] {
  const [root, ...others] = roots(flow);
  if (!root || others.length > 0) return [`${others.length + (root ? 1 : 0)} threads`];
  return replies(flow, root).map((reply) => words(reply).split('\n')[0] ?? '');
}

/** Three things worth telling, one after the other: each is on its way before the next happens. */
async function release(flow: Flow): Promise<void> {
  await start(flow);
  await deployToStaging(flow);
}

async function start(flow: Flow): Promise<void> {
  await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.deliverWebhooks();
}

async function deployToStaging(flow: Flow): Promise<void> {
  for (const job of ['validate-code', 'validate-manifests', 'validate-helm', 'build-app', 'unit-tests'])
    await flow.gitlab.finish(job, 'success');
  for (const job of ['integration-tests', 'e2e-tests', 'trivy-scan']) await flow.gitlab.finish(job, 'success');
  await flow.gitlab.run('deploy-staging');
  await flow.gitlab.deliverWebhooks();
  await flow.gitlab.finish('deploy-staging', 'success');
  await flow.gitlab.deliverWebhooks();
}

const inOrder = [
  ':arrow_forward: The pipeline of v1.4.0 started.',
  ':arrow_forward: Ann Smith is deploying v1.4.0 to staging.',
  ':white_check_mark: v1.4.0 is deployed to staging.',
];

/** What the thread tells once everything has arrived. */
async function toldInTheEnd(flow: Flow): Promise<readonly string[]> {
  await until(
    () => `${inOrder.length} replies: ${JSON.stringify(told(flow))}`,
    () => told(flow).length >= inOrder.length,
    18_000,
  );
  await quiet(flow);
  return told(flow);
}

const jobs = 17;
const burstMs = 10_000;

/** 17 jobs side by side: created, pending, running and passed they make 68 job events, and the pipeline its own. */
const ciYaml = `stages: [test, end]
${Array.from({ length: jobs }, (_, index) => `test-${index + 1}: { stage: test, script: ["true"] }`).join('\n')}
last: { stage: end, script: ["true"] }
`;

// They wait for the pauses of the sender, so they wait together.
describe.concurrent('a notice', () => {
  const answers500: Fault['effect'] = { kind: 'http', status: 500 };

  it.for<readonly [string, Fault]>([
    ['500 to the root', { method: 'chat.postMessage', count: 1, effect: answers500 }],
    ['500 to a reply', { method: 'chat.postMessage', skip: 1, count: 1, effect: answers500 }],
    [
      '429 with Retry-After',
      { method: 'chat.postMessage', skip: 1, count: 1, effect: { kind: 'rate_limited', retryAfter: 2 } },
    ],
    ['a reset before the root is posted', { method: 'chat.postMessage', count: 1, effect: { kind: 'reset_before' } }],
    ['a reset after the root was posted', { method: 'chat.postMessage', count: 1, effect: { kind: 'reset_after' } }],
    [
      'a reset after a reply was posted',
      { method: 'chat.postMessage', skip: 1, count: 1, effect: { kind: 'reset_after' } },
    ],
    ['500 to an edit', { method: 'chat.update', count: 1, effect: answers500 }],
  ])('is sent once and in order when Slack answers %s', async ([, fault], { expect, onTestFinished }) => {
    const flow = await startTold({ onTestFinished });
    flow.slack.faults.add(fault);

    await release(flow);

    expect(await toldInTheEnd(flow)).toEqual(inOrder);
    expect(words(roots(flow)[0])).toContain('staging :white_check_mark: deployed');
  });

  it('waits as long as Slack asks', async ({ expect, onTestFinished }) => {
    const flow = await startTold({ onTestFinished });
    flow.slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'rate_limited', retryAfter: 2 } });

    await release(flow);
    expect(await toldInTheEnd(flow)).toEqual(inOrder);

    const [refused, next] = flow.slack.calls.filter((call) => call.method === 'chat.postMessage');
    expect(refused?.status).toBe(429);
    expect(Number(next?.at) - Number(refused?.at)).toBeGreaterThanOrEqual(2_000);
  });

  it('is not said twice when the process is killed before it knows that Slack took it', async ({
    expect,
    onTestFinished,
  }) => {
    const flow = await startTold({ onTestFinished });
    await flow.stopBot();
    const bot = await startBotProcess(flow);
    flow.slack.faults.add({ method: 'chat.postMessage', skip: 1, count: 1, effect: { kind: 'slow', ms: 7_000 } });

    await start(flow);
    await until('Slack has the first reply', () => told(flow)[0] === inOrder[0]);
    await bot.kill();
    await flow.startBot();
    await deployToStaging(flow);

    expect(await toldInTheEnd(flow)).toEqual(inOrder);
  });
});

describe.concurrent('SIGTERM', () => {
  it('ends the process in time, and what was pending is sent by the next one', async ({ expect, onTestFinished }) => {
    const flow = await startTold({ onTestFinished });
    await flow.stopBot();
    const bot = await startBotProcess(flow);
    flow.slack.faults.outage(true);
    await release(flow);
    await until('the bot tries', () => flow.slack.calls.some((call) => call.method === 'chat.postMessage'));

    const code = await bot.terminate();
    flow.slack.faults.outage(false);
    const before = told(flow);
    await flow.startBot();

    expect(code).toBe(0);
    expect(before).toEqual(['0 threads']);
    expect(await toldInTheEnd(flow)).toEqual(inOrder);
  });

  it('lets the message under way arrive', async ({ expect, onTestFinished }) => {
    const flow = await startTold({ onTestFinished });
    await flow.stopBot();
    const bot = await startBotProcess(flow);
    flow.slack.faults.add({ method: 'chat.postMessage', count: 1, effect: { kind: 'slow', ms: 1_000 } });
    await start(flow);
    await until('the root is under way', () => flow.slack.calls.some((call) => call.method === 'chat.postMessage'));

    const code = await bot.terminate();
    await flow.startBot();
    const looked = flow.slack.calls.filter((call) => call.method === 'conversations.history');
    await deployToStaging(flow);

    expect(code).toBe(0);
    expect(await toldInTheEnd(flow)).toEqual(inOrder);
    expect(looked).toEqual([]);
  });
});

describe.concurrent('a burst of job events', () => {
  it('takes fewer than ten calls to Slack for 70 in ten seconds, and the last state is right', async ({
    expect,
    onTestFinished,
  }) => {
    const flow = await startTold({ onTestFinished }, { paced: true, gitlab: { ciYaml } });
    const calls = flow.slack.calls.length;

    await flow.gitlab.pushBranch('main');
    for (let move = 0; move < 2 * jobs; move += 1) {
      // Not to wait for anything: the events come at this pace.
      await new Promise((resolve) => setTimeout(resolve, burstMs / (2 * jobs + 2)));
      const name = `test-${Math.floor(move / 2) + 1}`;
      await (move % 2 === 0 ? flow.gitlab.run(name) : flow.gitlab.finish(name, 'success'));
    }
    await flow.gitlab.finish('last', 'success');
    await flow.sees('The pipeline of main passed');
    await quiet(flow);

    const events = flow.gitlab.webhooks.filter((webhook) => webhook.event === 'Job Hook');
    expect(events.length).toBeGreaterThanOrEqual(70);
    expect(words(roots(flow)[0])).toContain('main · passed ·');
    expect(words(roots(flow)[0])).toContain('test, end passed');
    expect(flow.slack.calls.slice(calls).length).toBeLessThan(10);
  });
});
