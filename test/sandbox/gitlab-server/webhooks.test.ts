import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, type Received, type Receiver, startHarness, startReceiver } from './harness.ts';

let harness: Harness;
let receiver: Receiver;

beforeEach(async () => {
  harness = await startHarness();
  receiver = await startReceiver();
  harness.gitlab.setWebhook(receiver.url, 'hook-secret');
});

afterEach(async () => {
  await harness.gitlab.stop();
  await receiver.close();
});

function ofKind(kind: string): Received[] {
  return receiver.received.filter((each) => each.body['object_kind'] === kind);
}

async function playCanary(): Promise<void> {
  const { gitlab } = harness;
  await gitlab.pushTag('v1.4.0', { message: 'Release' });
  await gitlab.settle();
  await gitlab.play(gitlab.job('deploy-canary').id, 'raj');
  await gitlab.settle();
  await gitlab.deliverWebhooks();
}

describe('webhooks', () => {
  it('carry the headers of GitLab', async () => {
    await harness.gitlab.pushTag('v1.4.0');
    await harness.gitlab.deliverWebhooks();

    expect(receiver.received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^GitLab\//),
      'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-gitlab-event': 'Tag Push Hook',
      'x-gitlab-token': 'hook-secret',
      'x-gitlab-instance': harness.gitlab.url,
    });
  });

  it('show the pipeline as it is when they are sent, with latest jobs only', async () => {
    await playCanary();
    const last = ofKind('pipeline').at(-1)?.body as Record<string, Record<string, unknown>>;
    const builds = last['builds'] as unknown as readonly Record<string, unknown>[];

    expect(last['object_attributes']).toMatchObject({
      ref: 'v1.4.0',
      tag: true,
      status: 'manual',
      detailed_status: 'waiting for manual action',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
      finished_at: null,
    });
    expect(builds).toHaveLength(26);
    expect(builds.find((each) => each['name'] === 'deploy-prod')).toMatchObject({
      status: 'manual',
      when: 'manual',
      manual: true,
      environment: { name: 'production', action: 'start', deployment_tier: 'production' },
    });
  });

  it('tell of jobs flatly and with the pipeline id in commit.id', async () => {
    await playCanary();
    const jobs = ofKind('build');
    const canary = jobs.filter((each) => each.body['build_name'] === 'deploy-canary').map((each) => each.body);

    expect(canary.map((each) => each['build_status'])).toEqual(['created', 'pending', 'running', 'success']);
    expect(canary.at(-1)).toMatchObject({
      project_id: 42,
      environment: { name: 'production-canary', action: 'start' },
      user: { username: 'raj', email: '[REDACTED]' },
      commit: { id: canary.at(-1)?.['pipeline_id'] },
    });
    expect(jobs.some((each) => each.body['build_status'] === 'manual')).toBe(false);
  });

  it('tell of deployments only when they run or end, under the name of who pressed', async () => {
    await playCanary();
    const canary = ofKind('deployment')
      .map((each) => each.body)
      .filter((each) => each['environment'] === 'production-canary');

    expect(canary.map((each) => each['status'])).toEqual(['running', 'success']);
    expect(canary[0]).toMatchObject({
      status_changed_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0200$/),
      environment_tier: 'production',
      user: { username: 'raj' },
      ref: 'v1.4.0',
      short_sha: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(canary[0]).not.toHaveProperty('sha');
  });

  it('tell of tags', async () => {
    await playCanary();

    expect(ofKind('tag_push')[0]?.body).toMatchObject({
      before: '0'.repeat(40),
      ref: 'refs/tags/v1.4.0',
      user_username: 'ann',
      message: 'Release',
      project_id: 42,
    });
  });

  it('are signed over the raw body when a signing token is set', async () => {
    const key = Buffer.alloc(32, 7);
    harness.gitlab.setWebhook(receiver.url, 'hook-secret', `whsec_${key.toString('base64')}`);
    await harness.gitlab.pushTag('v1.4.0');
    await harness.gitlab.deliverWebhooks();
    const [first] = receiver.received;

    const signed = `${String(first?.headers['webhook-id'])}.${String(first?.headers['webhook-timestamp'])}.${JSON.stringify(first?.body)}`;
    expect(first?.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  });

  it('are lost when the receiver fails, and not repeated', async () => {
    receiver.status = 500;
    await harness.gitlab.pushTag('v1.4.0');
    await harness.gitlab.deliverWebhooks();

    expect(receiver.received).toHaveLength(harness.gitlab.webhooks.length);
    expect(harness.gitlab.webhooks[0]?.result).toEqual({ kind: 'answered', status: 500 });
  });

  it('can be dropped, doubled and reordered', async () => {
    const { gitlab } = harness;
    gitlab.faults.dropWebhooks(1);
    gitlab.faults.duplicateWebhooks(1);
    await gitlab.createTag('v1.4.0');
    await gitlab.createTag('v1.5.0');
    await gitlab.deliverWebhooks();
    const refs = () => receiver.received.map((each) => each.body['ref']);
    expect(refs()).toEqual(['refs/tags/v1.5.0', 'refs/tags/v1.5.0']);
    expect(receiver.received[0]?.headers['idempotency-key']).toBe(receiver.received[1]?.headers['idempotency-key']);

    receiver.received.splice(0);
    gitlab.faults.holdWebhooks();
    await gitlab.createTag('v1.6.0');
    await gitlab.createTag('v1.7.0');
    await gitlab.deliverWebhooks();
    expect(refs()).toEqual([]);
    gitlab.faults.releaseWebhooks('reversed');
    await gitlab.deliverWebhooks();
    expect(refs()).toEqual(['refs/tags/v1.7.0', 'refs/tags/v1.6.0']);
  });
});
