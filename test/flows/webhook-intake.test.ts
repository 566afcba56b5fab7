import { afterEach, describe, expect, it } from 'vitest';
import { count, fileWith, replies, roots, unpolled } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { deliver, madeWebhook, metric, quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

const everything = [`{ id: ${deploys}, notify: [started, succeeded, failed, fixed, deployed, approval] }`];
const polled = fileWith(everything, 'poll_every: 1s');
const file = fileWith(everything, unpolled);

/** Takes v1.4.0 up to its canary gate. */
async function releaseToGate(): Promise<void> {
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
}

/** The words of the only thread's root, and of its replies. */
function thread(): { readonly root: string; readonly texts: readonly string[] } {
  const [root, ...others] = roots(flow);
  if (!root || others.length > 0) throw new Error(`there are ${others.length + (root ? 1 : 0)} threads`);
  return { root: words(root), texts: replies(flow, root).map(words) };
}

/** What is told twice, and what is not told, of a release that stands at its canary gate. */
function wronglyTold(texts: readonly string[]): readonly string[] {
  const once = ['The pipeline of v1.4.0 started', 'v1.4.0 is deployed to staging', 'v1.4.0 waits for a person'];
  return [
    ...once.filter((text) => count(texts, text) !== 1),
    ...texts.filter((text, index) => texts.indexOf(text) !== index),
  ];
}

describe('POST /gitlab/webhook', () => {
  it.each([
    ['a wrong token', 'wrong'],
    ['no token', undefined],
  ])('refuses %s with 401 and stores nothing', async (_, token) => {
    flow = await startFlow({ file });
    flow.gitlab.faults.dropWebhooks('all');
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.deliverWebhooks();
    const webhook = madeWebhook(flow, { kind: 'pipeline', status: 'pending' });

    const refused = await deliver(flow, webhook, { headers: { 'x-gitlab-token': token } });

    expect(refused).toBe(401);
    expect(await metric(flow, 'chatops_queue_waiting{queue="inbox"}')).toBe(0);
    expect(flow.shown()).toEqual([]);
    // Had anything been stored, this would be a repetition of the same delivery.
    expect(await deliver(flow, webhook)).toBe(200);
    await flow.sees('The pipeline of v1.4.0 started');
  });

  it('refuses a malformed body with 400 and lives on', async () => {
    flow = await startFlow({ file });
    flow.gitlab.faults.dropWebhooks('all');
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.deliverWebhooks();
    const webhook = madeWebhook(flow, { kind: 'pipeline', status: 'pending' });

    const refused = await deliver(flow, webhook, { body: '{"object_kind": "pipel' });
    const unreadable = await deliver(flow, webhook, {
      headers: { 'idempotency-key': 'a-body-without-a-pipeline' },
      payload: { object_attributes: null },
    });
    const taken = await deliver(flow, webhook);

    expect([refused, unreadable, taken]).toEqual([400, 200, 200]);
    await flow.sees('The pipeline of v1.4.0 started');
  });

  it('tells a thing once when every delivery comes twice', async () => {
    flow = await startFlow({ file });
    flow.gitlab.faults.duplicateWebhooks('all');

    await releaseToGate();
    await flow.sees('Waiting for a person: deploy-canary');
    await quiet(flow);

    const { root, texts } = thread();
    expect(root).toContain('Waiting for a person: deploy-canary');
    expect(wronglyTold(texts)).toEqual([]);
  });

  it('ends in the same state when the deliveries come in reverse', async () => {
    flow = await startFlow({ file });
    flow.gitlab.faults.holdWebhooks();
    await releaseToGate();

    flow.gitlab.faults.releaseWebhooks('reversed');
    await flow.sees('Waiting for a person: deploy-canary');
    await quiet(flow);

    const { root, texts } = thread();
    expect(root).toContain('Waiting for a person: deploy-canary');
    expect(wronglyTold(texts)).toEqual([]);
  });

  it('accepts, ignores and counts a project that is not configured', async () => {
    flow = await startFlow({ file });
    flow.gitlab.faults.dropWebhooks('all');
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.deliverWebhooks();
    const webhook = madeWebhook(flow, { kind: 'pipeline', status: 'pending' });
    const project = { id: 77, path_with_namespace: 'acme/unknown', web_url: 'https://gitlab.example.com/acme/unknown' };

    const answer = await deliver(flow, webhook, { payload: { project } });
    await quiet(flow);

    expect(answer).toBe(200);
    expect(flow.shown()).toEqual([]);
    expect(await metric(flow, 'chatops_webhooks_total{kind="pipeline",result="ignored"}')).toBe(1);
  });
});

describe('the poll', () => {
  it('finds what the webhooks did not bring, and tells it once', async () => {
    flow = await startFlow({ file: polled });
    flow.gitlab.faults.dropWebhooks('all');

    await releaseToGate();
    await flow.sees('Waiting for a person: deploy-canary');
    await flow.sees('v1.4.0 is deployed to staging');
    await quiet(flow);

    const { root, texts } = thread();
    expect(root).toContain('Waiting for a person: deploy-canary');
    expect(wronglyTold(texts)).toEqual([]);
  });

  it('says nothing again that webhooks told', async () => {
    flow = await startFlow({ file: polled });

    await releaseToGate();
    await flow.sees('Waiting for a person: deploy-canary');
    await quiet(flow);
    const { id } = await flow.gitlab.pushBranch('main');
    flow.gitlab.faults.dropWebhooks('all');
    await flow.gitlab.settle(id);
    await flow.sees('The pipeline of main passed');

    const [first] = roots(flow);
    const texts = first ? replies(flow, first).map(words) : [];
    expect(new Set(texts).size).toBe(texts.length);
    expect(count(texts, 'v1.4.0 is deployed to staging')).toBe(1);
  });
});
