import { fileWith } from '../support/channel.ts';
import { deploys, type Flow, startFlow } from '../support/flow.ts';
import { deliver, madeWebhook } from '../support/webhooks.ts';
import { type Line, ms, quantile } from './table.ts';

const times = 30;
const warmUps = 10;

/** Its reply comes behind; the next one begins when they are out. */
const pauseMs = 80;

/** How long the first webhook of a pipeline takes to its thread in Slack, beyond what the stand-in itself takes to post. */
export async function benchFirstSlackCall(): Promise<readonly Line[]> {
  const flow = await startFlow({ file: fileWith([`{ id: ${deploys}, notify: [started] }`]) });
  try {
    const own = await timesOf(flow, () => post(flow));
    await flow.gitlab.pushBranch('main');
    await flow.gitlab.deliverWebhooks();
    const webhook = madeWebhook(flow, { kind: 'build', status: 'created' });
    const told = await timesOf(flow, async (index) => {
      const id = 200_000 + index;
      const job = { build_id: id, build_status: 'running', build_created_at: new Date().toISOString() };
      const headers = { 'idempotency-key': `bench-${index}` };
      await deliver(flow, webhook, { headers, payload: { ...job, pipeline_id: id, commit: { id } } });
    });
    const median = quantile(told, 0.5) - quantile(own, 0.5);
    return [
      {
        what: 'webhook to first Slack call, p50',
        measured: `${ms(quantile(told, 0.5))}, so ${ms(median)} beyond`,
        floor: `${ms(quantile(own, 0.5))} to post`,
        budget: 'under 20 ms beyond',
        isMet: median < 20,
      },
    ];
  } finally {
    await flow.stop();
  }
}

/** From the beginning of the deed to the next message in the channel. */
async function timesOf(flow: Flow, deed: (index: number) => Promise<void>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let index = 0; index < warmUps + times; index += 1) {
    const posted = nextPost(flow);
    const startedAt = performance.now();
    await deed(index);
    taken.push((await posted) - startedAt);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return taken.slice(warmUps);
}

function nextPost({ slack }: Flow): Promise<number> {
  const before = posts(slack);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing was posted in 10 s')), 10_000);
    const stop = slack.onChange(() => {
      if (posts(slack) === before) return;
      stop();
      clearTimeout(timer);
      resolve(performance.now());
    });
  });
}

function posts(slack: Flow['slack']): number {
  return slack.messages(deploys).length;
}

async function post({ slack }: Flow): Promise<void> {
  const answer = await fetch(`${slack.url}/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: deploys, text: 'hello' }),
  });
  await answer.arrayBuffer();
}
