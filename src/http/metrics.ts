import type { ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Counters, Log } from '../app/ports.ts';
import type { QueueState } from '../app/store-ports.ts';
import type { EnvironmentRecord } from '../domain/environment-record.ts';
import { deploymentCounters, productionGauges } from './deployment-metrics.ts';
import type { WebhookResult } from './gitlab-webhook.ts';

/** What a Socket Mode connection can be. */
const socketStates = ['connected', 'connecting', 'refused', 'stopped'] as const;

/** Up to the 30 s that a read may take. */
const CALL_BUCKETS_S = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 15, 30];

const operationKinds = ['deploy', 'rollback'] as const satisfies readonly Parameters<Counters['operation']>[0][];

type CallResult = 'ok' | 'error' | 'unknown';

export interface MetricsDeps {
  /** Asked at each scrape. */
  readonly queues: () => Promise<{ readonly inbox: QueueState; readonly outbox: QueueState }>;
  /** How many channels take no messages. */
  readonly channelsHeld: () => Promise<number>;
  readonly environments: () => Promise<readonly EnvironmentRecord[]>;
  readonly now: () => Date;
  readonly log: Log;
}

export interface Metrics extends Counters {
  readonly webhook: (kind: string, result: Parameters<Counters['webhook']>[1] | WebhookResult) => void;
  readonly slackCall: (method: string, result: CallResult, durationMs?: number) => void;
  /** `route` is a pattern, never a path with ids, of which there are too many. Status 0: no answer. */
  readonly gitlabCall: (call: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly ms: number;
  }) => void;
  /** From now on the connection of Socket Mode is shown; without it there is none to show. */
  readonly watchSocket: (socket: { readonly state: (typeof socketStates)[number] }) => void;
  /** How the last call to each went, for `/readyz`. */
  readonly lastCalls: () => { readonly slack: LastCall; readonly gitlab: LastCall };
  /** Answers `GET /metrics`. */
  readonly serve: (request: unknown, response: ServerResponse) => Promise<void>;
}

/** `refused`: an answer that says no; `not answering`: none, or a failure of theirs. */
export type LastCall = 'not asked yet' | 'ok' | 'refused' | 'not answering';

/** Everything that `/metrics` shows. */
export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const webhooks = new Counter({
    name: 'chatops_webhooks_total',
    help: 'GitLab webhooks received',
    labelNames: ['kind', 'result'] as const,
    registers: [registry],
  });
  const slack = callMetrics(registry, 'slack', 'Slack');
  const gitlab = callMetrics(registry, 'gitlab', 'GitLab');
  const operations = new Counter({
    name: 'chatops_operations_total',
    help: 'Operations that ended, by what came of them',
    labelNames: ['kind', 'outcome'] as const,
    registers: [registry],
  });
  // From 0 on, so that the first of its kind is a rise that Prometheus sees.
  webhooks.inc({ kind: 'unknown', result: 'refused' }, 0);
  for (const kind of operationKinds) operations.inc({ kind, outcome: 'stuck' }, 0);
  const watchSocket = socketMetric(registry);
  const fillQueues = queueMetrics(registry, deps);
  const last = { slack: 'not asked yet' as LastCall, gitlab: 'not asked yet' as LastCall };
  return {
    lastCalls: () => ({ ...last }),
    deployment: deploymentCounters(registry),
    operation: (kind, outcome) => operations.inc({ kind, outcome }),
    watchSocket,
    webhook: (kind, result) => webhooks.inc({ kind, result }),
    slackCall(method, result, durationMs) {
      slack(method, result, durationMs);
      last.slack = lastCall(result);
    },
    gitlabCall({ method, route, status, ms }) {
      const isUnknown = status === 0 || status >= 500;
      const result = isUnknown ? 'unknown' : status >= 400 ? 'error' : 'ok';
      gitlab(`${method} ${route}`, result, ms);
      // Not there, or not for this token: an answer all the same. A token that counts no more is another matter.
      last.gitlab = lastCall(status === 404 || status === 403 ? 'ok' : result);
    },
    async serve(_request, response) {
      await fillQueues();
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' });
      response.end(text);
    },
  };
}

function lastCall(result: CallResult): LastCall {
  switch (result) {
    case 'ok':
      return 'ok';
    case 'error':
      return 'refused';
    case 'unknown':
      return 'not answering';
  }
}

function callMetrics(registry: Registry, name: string, title: string) {
  const calls = new Counter({
    name: `chatops_${name}_calls_total`,
    help: `Calls to ${title}; unknown: it is not known whether the deed was done`,
    labelNames: ['method', 'result'] as const,
    registers: [registry],
  });
  const durations = new Histogram({
    name: `chatops_${name}_call_seconds`,
    help: `Time that ${title} took`,
    labelNames: ['method'] as const,
    buckets: CALL_BUCKETS_S,
    registers: [registry],
  });
  return (method: string, result: CallResult, durationMs?: number): void => {
    calls.inc({ method, result });
    if (durationMs !== undefined) durations.observe({ method }, durationMs / 1000);
  };
}

/** One row per state, 1 for the one that is: a lost connection is then a value to alert on and not a missing row. */
function socketMetric(registry: Registry): Metrics['watchSocket'] {
  let watched: Parameters<Metrics['watchSocket']>[0] | undefined;
  const gauge = new Gauge({
    name: 'chatops_slack_socket',
    help: 'State of the connection of Socket Mode: 1 for the one that is',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      if (watched === undefined) return;
      for (const state of socketStates) gauge.set({ state }, watched.state === state ? 1 : 0);
    },
  });
  return (socket) => {
    watched = socket;
  };
}

/** Set before each scrape and not by the gauges' own `collect`: three of them would ask the store three times. */
function queueMetrics(registry: Registry, deps: MetricsDeps): () => Promise<void> {
  const { queues, channelsHeld, environments, now, log } = deps;
  const labelNames = ['queue'] as const;
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers: [registry] });
  const waiting = gauge('chatops_queue_waiting', 'Rows that wait to be worked on or sent');
  const oldest = gauge('chatops_queue_oldest_seconds', 'Age of the oldest waiting row');
  const dead = gauge('chatops_queue_dead', 'Rows given up: somebody has to look');
  const production = productionGauges(registry);
  const held = new Gauge({
    name: 'chatops_channels_held',
    help: 'Channels in which Slack lets the bot post no more',
    registers: [registry],
  });
  return async () => {
    try {
      held.set(await channelsHeld());
      production.fill(await environments());
      for (const [queue, state] of Object.entries(await queues())) {
        const ageMs = state.oldestAt === undefined ? 0 : now().getTime() - state.oldestAt.getTime();
        waiting.set({ queue }, state.waiting);
        oldest.set({ queue }, Math.max(0, ageMs / 1000));
        dead.set({ queue }, state.dead);
      }
    } catch (error) {
      // Left out rather than stale: the other numbers are wanted most while the store is away.
      for (const one of [waiting, oldest, dead, held, production]) one.reset();
      log.warn({ err: error }, 'queues not read for metrics');
    }
  };
}
