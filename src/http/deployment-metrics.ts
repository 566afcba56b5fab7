import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EndedDeployment } from '../domain/ended-deployment.ts';
import { type EnvironmentTier, isProduction } from '../domain/environment.ts';
import type { EnvironmentRecord } from '../domain/environment-record.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const sinceTagBuckets = [
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  day,
  2 * day,
  7 * day,
];
const restoreBuckets = [minute, 5 * minute, 15 * minute, 30 * minute, hour, 4 * hour, day];

const labelNames = ['project', 'environment'] as const;

/**
 * Counts deployments. Counters and histograms begin at 0 with each start, as Prometheus expects: it takes a smaller
 * value for a restart.
 */
export function deploymentCounters(registry: Registry): (ended: EndedDeployment) => void {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: [...labelNames, 'outcome'] as const, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  const all = counter(
    'chatops_deployments_total',
    'Deployments that ended, whoever started them, by what came of them',
  );
  const rollbacks = counter('chatops_rollbacks_total', 'Deployments that took their environment back');
  const sinceTag = histogram(
    'chatops_tag_to_production_seconds',
    "From a tag's pipeline to its first success in tier production",
    sinceTagBuckets,
  );
  const restored = histogram(
    'chatops_time_to_restore_seconds',
    'From the first failed deployment to the next success or rollback',
    restoreBuckets,
  );
  return (ended) => {
    const { project, outcome, rollback, sinceTagMs, restoredAfterMs } = ended;
    const labels = { project, environment: environmentLabel(ended) };
    all.inc({ ...labels, outcome });
    if (rollback) rollbacks.inc({ ...labels, outcome });
    if (sinceTagMs !== undefined) sinceTag.observe(labels, sinceTagMs / 1000);
    if (restoredAfterMs !== undefined) restored.observe(labels, restoredAfterMs / 1000);
  };
}

/** How environments of tier production are. From the store, so that a restart in the middle of a failure hides nothing. */
export interface ProductionGauges {
  readonly fill: (records: readonly EnvironmentRecord[]) => void;
  readonly reset: () => void;
}

/** Makes the gauges; they are to be filled before each scrape. */
export function productionGauges(registry: Registry): ProductionGauges {
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers: [registry] });
  const failures = gauge('chatops_production_failures', 'Failed deployments to production since the last success');
  const lastSuccess = gauge('chatops_production_last_success_seconds', 'Unix time of the last success in production');
  const reset = (): void => {
    failures.reset();
    lastSuccess.reset();
  };
  return {
    reset,
    fill(records) {
      reset();
      for (const record of records) {
        if (record.project === undefined) continue;
        const labels = { project: record.project, environment: record.environment };
        failures.set(labels, record.failures);
        if (record.live) lastSuccess.set(labels, record.live.since.getTime() / 1000);
      }
    },
  };
}

/**
 * A row for each environment would be one for each branch: those below a folder (`review/new-login`) count under the
 * folder's name, as GitLab groups them. What is of tier production is shown by its whole name.
 */
function environmentLabel(about: EnvironmentTier): string {
  const { environment } = about;
  return isProduction(about) ? environment : (environment.split('/', 1)[0] ?? environment);
}
