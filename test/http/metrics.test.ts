import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricsDeps } from '../../src/http/metrics.ts';
import { aLog, serve } from './serve.ts';

const empty = { waiting: 0, oldestAt: undefined, dead: 0 };

async function someMetrics(overrides: Partial<MetricsDeps> = {}) {
  const metrics = createMetrics({
    queues: async () => ({ inbox: empty, outbox: empty }),
    channelsHeld: async () => 0,
    environments: async () => [],
    now: () => new Date('2026-11-23T10:00:00Z'),
    log: aLog().log,
    ...overrides,
  });
  const { url } = await serve([{ method: 'GET', path: '/metrics', handle: metrics.serve }]);
  const scrape = async () => (await fetch(`${url}/metrics`)).text();
  return { metrics, scrape };
}

describe('createMetrics', () => {
  it('counts webhooks by kind and result', async () => {
    const { metrics, scrape } = await someMetrics();

    metrics.webhook('pipeline', 'accepted');
    metrics.webhook('pipeline', 'accepted');
    metrics.webhook('unknown', 'refused');

    const text = await scrape();
    expect(text).toContain('chatops_webhooks_total{kind="pipeline",result="accepted"} 2');
    expect(text).toContain('chatops_webhooks_total{kind="unknown",result="refused"} 1');
  });

  it('counts and times calls to Slack and GitLab', async () => {
    const { metrics, scrape } = await someMetrics();

    metrics.slackCall('chat.postMessage', 'ok', 120);
    metrics.slackCall('chat.postMessage', 'unknown');
    metrics.gitlabCall({ method: 'POST', route: 'projects/:id/jobs/:id/play', status: 200, ms: 40 });
    metrics.gitlabCall({ method: 'GET', route: 'projects/:id', status: 404, ms: 40 });
    metrics.gitlabCall({ method: 'GET', route: 'projects/:id', status: 0, ms: 40 });

    const text = await scrape();
    expect(text).toContain('chatops_slack_calls_total{method="chat.postMessage",result="unknown"} 1');
    expect(text).toContain('chatops_slack_call_seconds_sum{method="chat.postMessage"} 0.12');
    expect(text).toContain('chatops_gitlab_calls_total{method="POST projects/:id/jobs/:id/play",result="ok"} 1');
    expect(text).toContain('chatops_gitlab_calls_total{method="GET projects/:id",result="error"} 1');
    expect(text).toContain('chatops_gitlab_calls_total{method="GET projects/:id",result="unknown"} 1');
  });

  it('counts deployments, by the folder of the environment below production, and measures what they ended', async () => {
    const { metrics, scrape } = await someMetrics();
    const ended = {
      project: 'acme/app',
      environment: 'production',
      version: 'v1.4.0',
      outcome: 'succeeded',
      rollback: true,
      startedAt: new Date(0),
      endedAt: new Date(60_000),
      url: 'https://gitlab.example.com',
    } as const;

    metrics.deployment({ ...ended, sinceTagMs: 600_000, restoredAfterMs: 90_000 });
    for (const environment of ['review/cart', 'review/login', 'eu/production'])
      metrics.deployment({ ...ended, environment, outcome: 'failed', rollback: false });

    const text = await scrape();
    const of = 'project="acme/app",environment';
    expect(text).toContain(`chatops_deployments_total{${of}="production",outcome="succeeded"} 1`);
    expect(text).toContain(`chatops_rollbacks_total{${of}="production",outcome="succeeded"} 1`);
    expect(text).toContain(`chatops_deployments_total{${of}="review",outcome="failed"} 2`);
    expect(text).toContain(`chatops_deployments_total{${of}="eu/production",outcome="failed"} 1`);
    expect(text).toContain(`chatops_tag_to_production_seconds_sum{${of}="production"} 600`);
    expect(text).toContain(`chatops_time_to_restore_seconds_sum{${of}="production"} 90`);
  });

  it('shows from the store how production is, and forgets what is there no more', async () => {
    const record = {
      projectId: 7,
      project: 'acme/app',
      environment: 'production',
      newestId: 9,
      live: { deploymentId: 8, since: new Date(90_000), rolledBack: false },
      successes: [],
      failures: 2,
      heardAt: new Date(0),
    };
    let records = [record];
    const { scrape } = await someMetrics({ environments: async () => records });

    const text = await scrape();
    records = [];

    expect(text).toContain('chatops_production_failures{project="acme/app",environment="production"} 2');
    expect(text).toContain('chatops_production_last_success_seconds{project="acme/app",environment="production"} 90');
    expect(await scrape()).not.toContain('chatops_production_failures{');
  });

  it('shows from the start what may be refused or get stuck, so that the first is a rise', async () => {
    const { scrape } = await someMetrics();

    const text = await scrape();
    expect(text).toContain('chatops_operations_total{kind="rollback",outcome="stuck"} 0');
    expect(text).toContain('chatops_webhooks_total{kind="unknown",result="refused"} 0');
  });

  it('counts operations by kind and outcome', async () => {
    const { metrics, scrape } = await someMetrics();

    metrics.operation('deploy', 'succeeded');
    metrics.operation('rollback', 'stuck');

    const text = await scrape();
    expect(text).toContain('chatops_operations_total{kind="deploy",outcome="succeeded"} 1');
    expect(text).toContain('chatops_operations_total{kind="rollback",outcome="stuck"} 1');
  });

  it('shows the socket as it is at the scrape, and none where there is none', async () => {
    const { metrics, scrape } = await someMetrics();
    const socket: { state: 'connected' | 'connecting' } = { state: 'connecting' };

    expect(await scrape()).not.toContain('chatops_slack_socket{');

    metrics.watchSocket(socket);
    expect(await scrape()).toContain('chatops_slack_socket{state="connected"} 0');
    socket.state = 'connected';
    const text = await scrape();
    expect(text).toContain('chatops_slack_socket{state="connected"} 1');
    expect(text).toContain('chatops_slack_socket{state="connecting"} 0');
  });

  it('shows the queues as they are at the scrape', async () => {
    const waiting = { waiting: 3, oldestAt: new Date('2026-11-23T09:59:30Z'), dead: 1 };
    const { scrape } = await someMetrics({ queues: async () => ({ inbox: empty, outbox: waiting }) });

    const text = await scrape();

    expect(text).toContain('chatops_queue_waiting{queue="outbox"} 3');
    expect(text).toContain('chatops_queue_oldest_seconds{queue="outbox"} 30');
    expect(text).toContain('chatops_queue_dead{queue="outbox"} 1');
    expect(text).toContain('chatops_queue_oldest_seconds{queue="inbox"} 0');
  });

  it('still shows the rest when the store cannot be read', async () => {
    const { metrics, scrape } = await someMetrics({
      queues: async () => {
        throw new Error('disk full');
      },
    });
    metrics.webhook('build', 'accepted');

    const text = await scrape();

    expect(text).toContain('chatops_webhooks_total{kind="build",result="accepted"} 1');
    expect(text).not.toContain('chatops_queue_waiting{');
    expect(text).toContain('process_resident_memory_bytes');
  });
});
