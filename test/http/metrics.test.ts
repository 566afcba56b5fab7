import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricsDeps } from '../../src/http/metrics.ts';
import { aLog, serve } from './serve.ts';

const empty = { waiting: 0, oldestAt: undefined, dead: 0 };

async function someMetrics(overrides: Partial<MetricsDeps> = {}) {
  const metrics = createMetrics({
    queues: async () => ({ inbox: empty, outbox: empty }),
    channelsHeld: async () => 0,
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
