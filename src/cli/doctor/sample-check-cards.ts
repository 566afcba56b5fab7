import { renderByItself } from '../../cards/by-itself.ts';
import { renderCanaryWatch } from '../../cards/canary-watch.ts';
import type { Card } from '../../cards/card.ts';
import type { Operation } from '../../domain/operation.ts';

/** One of each card about canaries and what the bot does by itself, for Slack to look at. */
export function sampleCheckCards({
  operation,
  at,
}: {
  readonly operation: Operation;
  readonly at: Date;
}): Readonly<Record<string, Card>> {
  const rule = { query: 'errors / requests', above: 0.01, forMs: 300_000, everyMs: 15_000, minRequests: 20 };
  const watched = { readings: [{ at, value: 0.002, requests: 184 }] };
  const step = {
    kind: 'watch',
    job: 'deploy-prod',
    environment: 'production-canary',
    watch: rule,
    state: 'running',
  } as const;
  return {
    'canary watch': renderCanaryWatch({ operation, step, rule, watched }),
    'by itself': renderByItself({
      operation,
      what: { kind: 'begun', to: 'v1.3.0', locks: true },
      // A group that is there would be called by a check.
      oncall: undefined,
      threadUrl: operation.pipelineUrl,
    }),
  };
}
