import { afterEach, describe, expect, it } from 'vitest';
import { count, fileWith, replies, roots, unpolled } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { deliver, madeWebhook, metric, quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

async function pipelineOfMain(outcome: 'fails' | 'passes'): Promise<void> {
  if (outcome === 'fails') flow.gitlab.planFailure('unit-tests');
  const { id } = await flow.gitlab.pushBranch('main');
  await flow.gitlab.settle(id);
  await quiet(flow);
}

describe('a branch', () => {
  it('is told broken, still broken and fixed in one thread', async () => {
    flow = await startFlow({ file: fileWith([`{ id: ${deploys}, notify: [failed, fixed] }`]) });

    await pipelineOfMain('passes');
    expect(flow.shown()).toEqual([]);
    await pipelineOfMain('fails');
    await pipelineOfMain('fails');
    await pipelineOfMain('passes');
    await pipelineOfMain('passes');

    const [root] = roots(flow);
    const texts = root ? replies(flow, root).map(words) : [];
    expect(roots(flow)).toHaveLength(1);
    expect(words(root)).toContain('main · failed ·');
    expect(count(texts, 'The pipeline of main failed')).toBe(1);
    expect(count(texts, 'main is still failing')).toBe(1);
    expect(count(texts, 'main is fixed')).toBe(1);
    expect(texts.findIndex((text) => text.includes('still failing'))).toBeLessThan(
      texts.findIndex((text) => text.includes('is fixed')),
    );
  });
});

describe('a deployment of a branch that nobody pressed', () => {
  it('opens no root, also when the webhook is lost that tells it from one that somebody did', async () => {
    flow = await startFlow({ file: fileWith([`{ id: ${deploys} }`], unpolled) });
    flow.gitlab.faults.dropWebhooks('all');
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    await flow.gitlab.deliverWebhooks();

    await deliver(flow, madeWebhook(flow, { kind: 'build', status: 'running', job: 'deploy-staging' }));
    await deliver(flow, madeWebhook(flow, { kind: 'deployment', status: 'running' }));
    await deliver(flow, madeWebhook(flow, { kind: 'deployment', status: 'success' }));
    await quiet(flow);

    expect(flow.shown()).toEqual([]);
    expect(await metric(flow, 'chatops_webhooks_total{kind="deployment",result="accepted"}')).toBe(2);
  });
});

describe('two channels', () => {
  it('are each told what they ask for, of the refs that they follow', async () => {
    flow = await startFlow({
      file: fileWith([
        `{ id: ${deploys}, notify: [failed], refs: [main] }`,
        '{ id: C0RELEASE, notify: [deployed, approval], refs: ["v*"] }',
      ]),
    });

    await pipelineOfMain('fails');
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.sees('Waiting for a person: deploy-canary', 'C0RELEASE');
    await quiet(flow);

    const [ofMain, ofTags] = [flow.shown().map(words), flow.shown('C0RELEASE').map(words)];
    expect(count(ofMain, 'The pipeline of main failed')).toBe(1);
    expect(count(ofMain, 'v1.4.0')).toBe(0);
    expect(count(ofTags, 'v1.4.0 is deployed to staging')).toBe(1);
    expect(count(ofTags, 'main ·')).toBe(0);
    expect(count(ofTags, 'failed')).toBe(0);
  });

  it('do not suffer from each other: one without the bot is held, the other is told', async () => {
    flow = await startFlow({ file: fileWith(['{ id: C0RANDOM }', `{ id: ${deploys} }`]) });

    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.sees('Waiting for a person: deploy-canary');
    await flow.sees('v1.4.0 is deployed to staging');

    const refused = flow.slack.calls.filter((call) => call.args['channel'] === 'C0RANDOM');
    expect(flow.shown('C0RANDOM')).toEqual([]);
    expect(refused.map((call) => call.result['error'])).toEqual(['not_in_channel']);
    expect(await metric(flow, 'chatops_channels_held')).toBe(1);
    expect(count(flow.shown().map(words), 'v1.4.0 is deployed to staging')).toBe(1);
  });
});
