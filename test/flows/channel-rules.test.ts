import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { count, fileWith, replies, roots, unpolled } from '../support/channel.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook, quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

const release = 'C0RELEASE';
const everything = 'notify: [started, succeeded, failed, fixed, deployed, approval]';

/** A channel that is told everything, with more keys. */
function channel(id: string, keys: string): string {
  return `{ id: ${id}, ${everything}, ${keys} }`;
}

/** The words of the replies in the channel's threads. */
function repliesIn(id: string): readonly string[] {
  return roots(flow, id).flatMap((root) => replies(flow, root).map((message) => words(message)));
}

/** The words of the replies that also show in the channel. */
function broadcasts(id = deploys): readonly string[] {
  return flow
    .shown(id)
    .filter((message) => message.replyBroadcast)
    .map((message) => words(message));
}

/** Ann takes v1.4.0 to production from Slack, up to the start of its first job. */
async function annDeploys(): Promise<void> {
  await flow.types('U0ANN', '/deploy prod v1.4.0');
  await flow.presses('U0ANN', 'Deploy');
  await until('the canary job starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
}

/** Whom the blocks of a message mention. */
function mentioned(message: SandboxMessage): readonly string[] {
  return [...JSON.stringify(message.blocks).matchAll(/"type":"user","user_id":"(\w+)"/g)].flatMap(([, id]) => id ?? []);
}

async function tagPipeline(): Promise<number> {
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.sees('The pipeline of v1.4.0 started');
  await flow.gitlab.settle(id);
  return id;
}

describe('broadcast', () => {
  it('shows a failure in the channel as well, and in one that switched that off in the thread alone', async () => {
    flow = await startFlow({
      file: fileWith([channel(deploys, 'mention: none'), channel(release, 'broadcast: none')]),
    });
    flow.gitlab.planFailure('smoke-test-staging');

    await tagPipeline();
    const quietOne = await flow.sees('The pipeline of v1.4.0 failed', release);
    await flow.sees('The pipeline of v1.4.0 failed');
    await quiet(flow);

    expect(broadcasts()).toHaveLength(1);
    expect(broadcasts()[0]).toContain('The pipeline of v1.4.0 failed at smoke-test-staging');
    expect(quietOne.threadTs).toBe(roots(flow, release)[0]?.ts);
    expect(broadcasts(release)).toEqual([]);
  });

  it('shows a failed deployment once: the failure of its pipeline stays in the thread', async () => {
    flow = await startFlow({ file: fileWith([channel(deploys, 'default: true')]) });
    flow.gitlab.planFailure('deploy-staging');

    await tagPipeline();
    const pipeline = await flow.sees('The pipeline of v1.4.0 failed at deploy-staging');
    await quiet(flow);

    expect(broadcasts()).toHaveLength(1);
    expect(broadcasts()[0]).toContain('The deployment of v1.4.0 to staging failed.');
    expect(pipeline.replyBroadcast).toBe(false);
    expect(words(pipeline)).not.toContain('@U0ANN');
  });

  it('shows every reply where the channel wants all', async () => {
    flow = await startFlow({ file: fileWith([channel(deploys, 'broadcast: all')]) });

    await tagPipeline();
    const reply = await flow.sees('v1.4.0 is deployed to staging');

    expect(reply.replyBroadcast).toBe(true);
  });
});

describe('environments', () => {
  it('leave out the deployments and gates of all others', async () => {
    flow = await startFlow({
      file: fileWith([channel(deploys, 'environments: [staging]'), channel(release, 'environments: ["production*"]')]),
    });

    await tagPipeline();
    await flow.sees('v1.4.0 is deployed to staging');
    await flow.sees('Waiting for a person: deploy-canary', release);
    await quiet(flow);

    const [here, there] = [repliesIn(deploys), repliesIn(release)];
    expect(count(here, 'Waiting for a person')).toBe(0);
    expect(count(there, 'to staging')).toBe(0);
  });
});

describe('exclude', () => {
  it('opens no thread for a user’s pipeline until an operation on it is asked for', async () => {
    flow = await startFlow({
      file: fileWith([channel(deploys, 'exclude: { actors: [raj] }'), channel(release, 'mention: none')]),
    });

    const { id } = await flow.gitlab.pushTag('v1.4.0', { username: 'raj' });
    await flow.gitlab.settle(id);
    await flow.sees('Waiting for a person: deploy-canary', release);
    await quiet(flow);
    expect(flow.shown()).toEqual([]);

    await annDeploys();
    await flow.gitlab.settle(id);
    await flow.sees('v1.4.0 is deployed to production-canary');
  });

  it('tells a job that came before its pipeline once it is known what made the pipeline', async () => {
    flow = await startFlow({
      file: fileWith(
        [channel(deploys, 'exclude: { sources: [schedule] }'), channel(release, 'exclude: { sources: [push] }')],
        unpolled,
      ),
    });
    flow.gitlab.faults.dropWebhooks('all');
    await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.finish('validate-code', 'failed');
    await flow.gitlab.deliverWebhooks();

    await deliver(flow, madeWebhook(flow, { kind: 'build', status: 'failed', job: 'validate-code' }));
    await quiet(flow);
    expect(flow.shown()).toEqual([]);
    await deliver(flow, madeWebhook(flow, { kind: 'pipeline', status: 'running' }));
    await flow.sees('validate-code failed in stage validate');
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(flow.shown(release)).toEqual([]);
  });
});

describe('mention', () => {
  it('calls the author of the commit, with the log as well, and nobody where the channel wants none', async () => {
    flow = await startFlow({
      file: fileWith([channel(deploys, 'mention: author'), channel(release, 'mention: none')]),
    });
    flow.gitlab.planFailure('deploy-staging');

    await tagPipeline();
    const withLog = await flow.sees('context deadline exceeded');
    const silent = await flow.sees('The deployment of v1.4.0 to staging failed.', release);

    expect(mentioned(withLog)).toEqual(['U0ANN']);
    expect(words(withLog)).toContain('@U0ANN, this is your commit.');
    expect(mentioned(silent)).toEqual([]);
  });

  it('calls nobody for the commit of somebody else, whoever started the pipeline', async () => {
    flow = await startFlow({ file: fileWith([channel(deploys, 'mention: author')]) });

    await flow.gitlab.pushTag('v1.4.0', { username: 'raj' });
    await flow.gitlab.finish('validate-code', 'failed');
    const reply = await flow.sees('validate-code failed in stage validate');

    expect(mentioned(reply)).toEqual([]);
  });

  it('calls who asked in Slack for what failed', async () => {
    flow = await startFlow({ file: fileWith([channel(deploys, 'mention: requester')]) });
    const id = await tagPipeline();
    await flow.sees('Waiting for a person: deploy-canary');
    flow.gitlab.planFailure('deploy-canary');

    await annDeploys();
    await flow.gitlab.settle(id);
    const reply = await flow.sees('The deployment of v1.4.0 to production-canary failed.');

    expect(mentioned(reply)).toEqual(['U0ANN']);
    expect(words(reply)).toContain('@U0ANN, you asked for this.');
  });
});
