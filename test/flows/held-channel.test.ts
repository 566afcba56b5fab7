import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { count, fileWith, replies, rootSaying, roots } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { metric, quiet } from '../support/webhooks.ts';

let flow: Flow;
let now: Date;

afterEach(() => flow.stop());

const operations = 'C0RELEASE';
const file = fileWith(
  [`{ id: ${deploys}, notify: [started, succeeded, failed, fixed, deployed, approval] }`],
  `operations: { channel: ${operations} }`,
);

async function start(text = file): Promise<void> {
  now = new Date();
  flow = await startFlow({ file: text, clock: { now: () => now } });
}

type Change = (channel: ReturnType<Flow['slack']['channels']>[number]) => Partial<typeof channel>;

/** What somebody changes about a channel in Slack. */
function inSlack(id: string, change: Change): void {
  const channel = flow.slack.channels().find((each) => each.id === id);
  if (!channel) throw new Error(`there is no channel ${id}`);
  flow.slack.setChannel({ ...channel, ...change(channel) });
}

/** Calls to Slack that wanted to write in the channel. */
function attempts(id = deploys): number {
  return flow.slack.calls.filter((call) => call.method.startsWith('chat.') && call.args['channel'] === id).length;
}

/** Resolves when everything that came was worked on, although messages still wait. */
async function settled(): Promise<void> {
  await flow.gitlab.deliverWebhooks();
  await until('the inbox is empty', () => flow.gitlab.webhooks.length > 0);
  while ((await metric(flow, 'chatops_queue_waiting{queue="inbox"}')) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function later(minutes: number): Promise<void> {
  // Nothing wakes a sender whose clock was moved, and what it is at has to end at the time at which it began.
  await flow.stopBot();
  now = new Date(now.getTime() + minutes * 60_000);
  await flow.startBot();
}

describe('a channel that takes no messages', () => {
  it('is told of once with what mends it, waits without asking Slack, and gets the final states when the bot is back', async () => {
    await start();
    const { botUserId } = flow.slack;
    inSlack(deploys, ({ members }) => ({ members: new Set([...members].filter((id) => id !== botUserId)) }));

    const { id } = await flow.gitlab.pushTag('v1.4.0');
    const told = await flow.sees('not_in_channel', operations);
    await flow.gitlab.settle(id);
    await settled();
    expect(words(told)).toContain('/invite @bot');
    expect(attempts()).toBe(1);
    expect(await metric(flow, 'chatops_channels_held')).toBe(1);
    expect(await metric(flow, 'chatops_queue_dead{queue="outbox"}')).toBe(0);

    await later(11);
    await until('a trial', () => attempts() === 2);
    inSlack(deploys, ({ members }) => ({ members: new Set([...members, botUserId]) }));
    await later(11);
    await flow.sees('I can post in');
    await quiet(flow);

    const thread = rootSaying(flow, 'v1.4.0');
    expect(words(thread)).toContain('v1.4.0 · waiting for a person');
    expect(count(replies(flow, thread).map(words), 'is deployed to staging')).toBe(1);
    expect(roots(flow)).toHaveLength(2);
    expect(roots(flow, operations)).toHaveLength(1);
    expect(replies(flow, rootSaying(flow, 'not_in_channel', operations)).map(words)[0]).toContain('I can post in');
    expect(await metric(flow, 'chatops_channels_held')).toBe(0);
  });

  it('holds edits back as well, and shows the end when it is unarchived', async () => {
    await start();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.sees('The pipeline of v1.4.0 started');
    await quiet(flow);
    inSlack(deploys, () => ({ isArchived: true }));

    await flow.gitlab.settle(id);
    await flow.sees('is_archived', operations);
    await settled();
    inSlack(deploys, () => ({ isArchived: false }));
    await later(11);
    await flow.sees('I can post in');
    await quiet(flow);

    expect(words(roots(flow)[0])).toContain('v1.4.0 · waiting for a person');
  });

  it('is only logged when it is the operations channel itself', async () => {
    await start(fileWith([`{ id: ${deploys}, notify: [started] }`], `operations: { channel: ${deploys} }`));
    inSlack(deploys, () => ({ isArchived: true }));

    await flow.gitlab.pushTag('v1.4.0');
    await until('an attempt', () => attempts() === 1);
    await settled();

    expect(attempts()).toBe(1);
    expect(flow.shown(deploys)).toEqual([]);
  });

  it('that chatops.yml names no more gives its messages up', async () => {
    await start();
    inSlack(deploys, () => ({ isArchived: true }));
    await flow.gitlab.pushTag('v1.4.0');
    const told = await flow.sees('is_archived', operations);
    expect(words(told)).toContain('Unarchive the channel');
    const before = attempts();

    writeFileSync(flow.env['CHATOPS_CONFIG'] ?? '', file.replace(deploys, operations));
    await until('the file is read again', () => flow.audit().some(({ action }) => action === 'config.reload'));
    now = new Date(now.getTime() + 11 * 60_000);
    await flow.gitlab.pushTag('v1.5.0');
    await flow.sees('The pipeline of v1.5.0 started', operations);
    await quiet(flow);

    expect(attempts()).toBe(before);
    expect(await metric(flow, 'chatops_channels_held')).toBe(0);
    expect(await metric(flow, 'chatops_queue_dead{queue="outbox"}')).toBeGreaterThan(0);
  });
});
