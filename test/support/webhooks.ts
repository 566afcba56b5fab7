import type { SentWebhook } from '../../src/sandbox/gitlab-server/server.ts';
import type { Flow } from './flow.ts';

/** The parts of a webhook by which a test picks one. */
export interface WebhookShape {
  readonly kind: 'pipeline' | 'build' | 'deployment';
  readonly status: string;
  /** The name of the job, for `build`. */
  readonly job?: string;
}

/** The newest webhook of that shape that GitLab made, whether it arrived or was lost. */
export function madeWebhook(flow: Flow, shape: WebhookShape): SentWebhook {
  const found = flow.gitlab.webhooks.findLast((webhook) => fits(webhook, shape));
  if (!found) throw new Error(`GitLab made no webhook like ${JSON.stringify(shape)}`);
  return found;
}

function fits({ payload }: SentWebhook, { kind, status, job }: WebhookShape): boolean {
  if (payload['object_kind'] !== kind) return false;
  if (job !== undefined && payload['build_name'] !== job) return false;
  return statusOf(payload) === status;
}

function statusOf(payload: SentWebhook['payload']): unknown {
  const attributes = payload['object_attributes'];
  if (typeof attributes === 'object' && attributes !== null && 'status' in attributes) return attributes.status;
  return payload['build_status'] ?? payload['status'];
}

/** Delivers a webhook by hand; what is named in `change` is sent instead. Resolves with what the bot answered. */
export async function deliver(
  flow: Flow,
  webhook: SentWebhook,
  change: {
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly payload?: Readonly<Record<string, unknown>>;
    readonly body?: string;
  } = {},
): Promise<number> {
  const headers = Object.entries({ ...webhook.headers, ...change.headers }).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  const answer = await fetch(`${flow.botUrl}/gitlab/webhook`, {
    method: 'POST',
    headers: Object.fromEntries(headers),
    body: change.body ?? JSON.stringify({ ...webhook.payload, ...change.payload }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** What `/metrics` says of one series, e.g. `chatops_queue_dead{queue="outbox"}`; 0 where it is not there. */
export async function metric(flow: Flow, series: string): Promise<number> {
  const text = await (await fetch(`${flow.botUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

/** Resolves when every webhook so far was worked on and everything that followed from it is in Slack. */
export async function quiet(flow: Flow): Promise<void> {
  await flow.gitlab.deliverWebhooks();
  const end = Date.now() + 30_000;
  for (;;) {
    const waiting = [
      await metric(flow, 'chatops_queue_waiting{queue="inbox"}'),
      await metric(flow, 'chatops_queue_waiting{queue="outbox"}'),
    ];
    if (waiting.every((rows) => rows === 0)) return;
    if (Date.now() > end) throw new Error(`inbox and outbox still hold ${waiting.join(' and ')} rows`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
