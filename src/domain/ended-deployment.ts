import type { Deployment } from './deployment.ts';
import { isProduction } from './environment.ts';
import type { EnvironmentRecord } from './environment-record.ts';
import { wentBack } from './rollback.ts';

/** A deployment that ended, as Grafana and the metrics are told of it. */
export interface EndedDeployment extends DeploymentTimes {
  /** Full path. */
  readonly project: string;
  readonly environment: string;
  readonly tier?: string | undefined;
  readonly version: string;
  readonly outcome: 'succeeded' | 'failed' | 'canceled';
  /** It took, or was to take, its environment back to an earlier version. */
  readonly rollback: boolean;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly by?: string | undefined;
  /** The page of its job. */
  readonly url: string;
}

/** How long things took that a deployment brought to an end; undefined where it did not. */
export interface DeploymentTimes {
  /** From the tag's pipeline to the first success of its commit in an environment of tier production. */
  readonly sinceTagMs?: number | undefined;
  /** From the first failed deployment to the success that ended the failures. */
  readonly restoredAfterMs?: number | undefined;
}

/** What is known when a deployment ends. `record`: what was remembered of its environment, with or without this one. */
export interface EndedFacts {
  readonly deployment: Deployment;
  readonly endedAt: Date;
  readonly record: EnvironmentRecord | undefined;
  /** When the tag's pipeline was made; undefined for branches. */
  readonly taggedAt: Date | undefined;
}

/** Works out the times that a success brings to an end. */
export function measureDeployment({ deployment, endedAt, record, taggedAt }: EndedFacts): DeploymentTimes {
  if (deployment.status !== 'success') return {};
  const isFirst = !earlier(deployment, record).some(({ sha }) => sha === deployment.sha);
  const tier = deployment.tier ?? record?.tier;
  const failedAt = record?.failingSince;
  return {
    sinceTagMs: taggedAt && isFirst && isProduction({ ...deployment, tier }) ? between(taggedAt, endedAt) : undefined,
    restoredAfterMs: failedAt && between(failedAt, endedAt),
  };
}

/** Whether a success took its environment back to an earlier version, as far as we remember what ran there. */
export function isWayBack(deployment: Deployment, record: EnvironmentRecord | undefined): boolean {
  return wentBack(deployment, earlier(deployment, record));
}

function earlier(deployment: Deployment, record: EnvironmentRecord | undefined): readonly Deployment[] {
  return (record?.successes ?? []).filter(({ id }) => id < deployment.id);
}

function between(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime());
}
