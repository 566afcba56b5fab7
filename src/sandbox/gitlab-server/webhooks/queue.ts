import { createHmac, randomUUID } from 'node:crypto';
import { takeOne, type WebhookFaults } from '../faults.ts';
import type { World, WorldEvent } from '../world.ts';
import { alertStatus, countAttempt, FLAG_OF, type Hook, type HookEvent } from './hook.ts';
import {
  encodeApprovalHook,
  encodeDeploymentHook,
  encodeJobHook,
  encodePipelineHook,
  encodeTagHook,
} from './payloads.ts';
import { encodeReleaseHook } from './release-payload.ts';

/** A webhook that went out, or was lost on the way. */
export interface SentWebhook {
  readonly event: HookEvent;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly result:
    | { readonly kind: 'answered'; readonly status: number }
    | { readonly kind: 'failed'; readonly error: string }
    | { readonly kind: 'dropped' };
}

/** Sends webhooks one after the other; what fails is lost, as GitLab does not repeat it. */
export interface WebhookQueue {
  /** `there`: in which project it happened. */
  readonly push: (event: WorldEvent, there: World) => void;
  /** Resolves when nothing is left to send; what is held back does not count. */
  readonly drain: () => Promise<void>;
  /** Sends what was held back, in order or the last first. */
  readonly release: (order: 'in order' | 'reversed') => void;
  readonly sent: readonly SentWebhook[];
}

interface Delivery {
  readonly event: HookEvent;
  readonly encode: () => Readonly<Record<string, unknown>>;
}

const TIMEOUT_MS = 10_000;
const REMEMBERED = 5000;

/** Makes the queue over the hooks of project and group and the faults that are asked for. */
export function createWebhookQueue(world: World, hooks: () => readonly Hook[], faults: WebhookFaults): WebhookQueue {
  const sent: SentWebhook[] = [];
  const held: Delivery[] = [];
  let last: Promise<void> = Promise.resolve();
  const enqueue = (delivery: Delivery): void => {
    last = last.then(() => deliver({ world, hooks, faults, sent }, delivery));
  };
  return {
    sent,
    push: (event, there) => {
      // Before GitLab 19 nobody was told of approvals.
      if (event.kind === 'approval' && !there.settings.approvalHooks) return;
      const delivery = toDelivery(there, event);
      if (faults.hold) held.push(freeze(delivery));
      else enqueue(delivery);
    },
    drain: async () => {
      let seen: Promise<void> | undefined;
      // Deferred work, such as a resource that becomes free, may add to the queue meanwhile.
      while (seen !== last) {
        seen = last;
        await seen;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    release: (order) => {
      faults.hold = false;
      const deliveries = held.splice(0);
      for (const delivery of order === 'reversed' ? deliveries.toReversed() : deliveries) enqueue(delivery);
    },
  };
}

interface Sender {
  readonly world: World;
  readonly hooks: () => readonly Hook[];
  readonly faults: WebhookFaults;
  readonly sent: SentWebhook[];
}

async function deliver(sender: Sender, delivery: Delivery): Promise<void> {
  const { faults, sent } = sender;
  for (const hook of sender.hooks().filter((each) => isSentTo(sender.world, each, delivery.event))) {
    const payload = delivery.encode();
    const body = JSON.stringify(payload);
    const headers = encodeHeaders(sender.world, hook, { event: delivery.event, body });
    const common = { event: delivery.event, url: hook.url, headers, payload };
    if (takeOne(faults, 'drop')) {
      sent.push({ ...common, result: { kind: 'dropped' } });
      continue;
    }
    const result = await post(hook.url, headers, body);
    sent.push({ ...common, result });
    logAttempt(sender.world, hook, { ...common, result });
    if (takeOne(faults, 'duplicate')) sent.push({ ...common, result: await post(hook.url, headers, body) });
  }
  if (sent.length > REMEMBERED) sent.splice(0, sent.length - REMEMBERED);
}

/** While a hook is switched off its events are dropped, not queued. */
function isSentTo(world: World, hook: Hook, event: HookEvent): boolean {
  return hook.flags[FLAG_OF[event]] && alertStatus(hook, world.now()) === 'executable';
}

function logAttempt(world: World, hook: Hook, { event, url, headers, payload, result }: SentWebhook): void {
  const status = result.kind === 'answered' ? result.status : undefined;
  const now = world.now();
  const isTaken = status !== undefined && status >= 200 && status < 400;
  countAttempt(hook, { isTaken, now, disables: world.settings.disablesHooks });
  hook.log.push({
    id: (hook.log.at(-1)?.id ?? hook.id * 100_000) + 1,
    at: now,
    url,
    trigger: FLAG_OF[event].replace(/_events$/, '_hooks'),
    headers,
    payload,
    status: status === undefined ? 'internal error' : String(status),
  });
  if (hook.log.length > REMEMBERED) hook.log.shift();
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<SentWebhook['result']> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return { kind: 'answered', status: answer.status };
  } catch (error) {
    return { kind: 'failed', error: String(error) };
  }
}

function encodeHeaders(world: World, hook: Hook, what: { event: HookEvent; body: string }): Record<string, string> {
  const id = randomUUID();
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'GitLab/18.6.1',
    'idempotency-key': id,
    'x-gitlab-event': what.event,
    'x-gitlab-webhook-uuid': randomUUID(),
    'x-gitlab-instance': world.baseUrl,
    'x-gitlab-event-uuid': randomUUID(),
  };
  if (hook.token !== undefined) headers['x-gitlab-token'] = hook.token;
  if (hook.signingToken !== undefined) {
    const timestamp = String(Math.floor(world.now().getTime() / 1000));
    const key = Buffer.from(hook.signingToken.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${what.body}`).digest('base64');
    headers['webhook-id'] = id;
    headers['webhook-timestamp'] = timestamp;
    headers['webhook-signature'] = `v1,${signature}`;
  }
  return headers;
}

/** Job and deployment hooks carry the state at the transition, pipeline hooks that at sending. */
function toDelivery(world: World, event: WorldEvent): Delivery {
  switch (event.kind) {
    case 'pipeline':
      return { event: 'Pipeline Hook', encode: () => encodePipelineHook(world, event.pipelineId) };
    case 'job': {
      const payload = encodeJobHook(world, event.jobId, event.status);
      return { event: 'Job Hook', encode: () => payload };
    }
    case 'deployment': {
      const payload = encodeDeploymentHook(world, event.deploymentId, event.status);
      return { event: 'Deployment Hook', encode: () => payload };
    }
    case 'approval': {
      const payload = encodeApprovalHook(world, event);
      return { event: 'Deployment Hook', encode: () => payload };
    }
    case 'release': {
      const payload = encodeReleaseHook(world, event.release, event.action);
      return { event: 'Release Hook', encode: () => payload };
    }
    default: {
      const payload = encodeTagHook(world, event);
      return { event: 'Tag Push Hook', encode: () => payload };
    }
  }
}

/** What is held back to be reordered must keep the state of its moment, or the order would not show. */
function freeze(delivery: Delivery): Delivery {
  const payload = delivery.encode();
  return { event: delivery.event, encode: () => payload };
}
