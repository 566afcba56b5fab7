import type { Person } from './actor.ts';
import type { Deployment } from './deployment.ts';
import { wentBack } from './rollback.ts';

/** The version that an environment runs, as far as we were told. */
export interface LiveVersion {
  readonly deploymentId: number;
  readonly version?: string | undefined;
  readonly sha?: string | undefined;
  readonly pipelineId?: number | undefined;
  readonly since: Date;
  readonly by?: Person | undefined;
  /** It had been left for another version before, and came back. */
  readonly rolledBack: boolean;
}

/**
 * A rollback job took the environment back, which makes no deployment: until the next one, or a check, says which version
 * it runs, nobody knows.
 */
export interface JobRollback {
  /** The deployment that was left. */
  readonly deploymentId: number;
  readonly at: Date;
  readonly by?: Person | undefined;
  /** Once a check has seen it. */
  readonly version?: string | undefined;
}

/** What we remember of an environment, to answer while GitLab is away and to notice that something is amiss. */
export interface EnvironmentRecord {
  readonly projectId: number;
  /** Full path of the project, as the newest event named it. */
  readonly project?: string | undefined;
  readonly environment: string;
  readonly tier?: string | undefined;
  readonly url?: string | undefined;
  /** The newest deployment that ended; older ones change nothing any more. */
  readonly newestId: number;
  readonly live?: LiveVersion | undefined;
  readonly takenBack?: JobRollback | undefined;
  /** The last that succeeded, newest first. */
  readonly successes: readonly Deployment[];
  /** How many failed since the last success. */
  readonly failures: number;
  /** The first of these failures. */
  readonly failingSince?: Date | undefined;
  /** When a channel was told that nothing was deployed for too long, after this deployment. */
  readonly staleToldAfter?: number | undefined;
  /** When GitLab last said something of it. */
  readonly heardAt: Date;
}

const keptSuccesses = 20;

/** Notes that a rollback job took the environment back, unless something was deployed there since. */
export function takeBack(
  record: EnvironmentRecord,
  { at, by, version }: Pick<JobRollback, 'at' | 'by' | 'version'>,
): EnvironmentRecord {
  const { live, takenBack } = record;
  const isNews = !takenBack || takenBack.at < at || (version !== undefined && takenBack.version === undefined);
  if (!live || inSeconds(live.since) > inSeconds(at) || !isNews) return record;
  return { ...record, takenBack: { deploymentId: live.deploymentId, at, by, version } };
}

/** Hooks tell times in whole seconds. */
function inSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** How the environment was taken back since that deployment, if it was. */
export function takenBackSince(
  record: EnvironmentRecord | undefined,
  live: { readonly id: number } | undefined,
): JobRollback | undefined {
  return record?.takenBack?.deploymentId === live?.id ? record?.takenBack : undefined;
}

/** Adds a deployment that ended. Returns the record itself when it says nothing new. */
export function evolveEnvironmentRecord(
  held: EnvironmentRecord | undefined,
  about: { readonly projectId: number; readonly deployment: Deployment; readonly now: Date },
): EnvironmentRecord | undefined {
  const { projectId, deployment, now } = about;
  const isEnd = deployment.status === 'success' || deployment.status === 'failed';
  if (!isEnd || (held && deployment.id <= held.newestId)) return held;
  const at = deployment.changedAt ?? deployment.createdAt ?? now;
  const before = {
    projectId,
    environment: deployment.environment,
    successes: held?.successes ?? [],
    failures: held?.failures ?? 0,
    ...held,
    tier: deployment.tier ?? held?.tier,
    newestId: deployment.id,
    heardAt: now,
  };
  if (deployment.status === 'failed') {
    return { ...before, failures: before.failures + 1, failingSince: held?.failingSince ?? at };
  }
  return {
    ...before,
    live: toLive(deployment, at, before.successes),
    takenBack: undefined,
    successes: [deployment, ...before.successes].slice(0, keptSuccesses),
    failures: 0,
    failingSince: undefined,
  };
}

/** What GitLab answered of an environment just now: its newest successes, newest first, replace what was remembered. */
export function refreshEnvironmentRecord(
  held: EnvironmentRecord | undefined,
  about: {
    readonly projectId: number;
    readonly environment: string;
    readonly tier?: string | undefined;
    readonly url?: string | undefined;
    readonly successes: readonly Deployment[];
    readonly by?: Person | undefined;
    readonly now: Date;
  },
): EnvironmentRecord {
  const { projectId, environment, tier, url, successes, by, now } = about;
  const [live, ...older] = successes;
  const isNewer = live !== undefined && live.id > (held?.newestId ?? 0);
  const at = live?.changedAt ?? live?.createdAt ?? now;
  return {
    projectId,
    project: held?.project,
    environment,
    tier: tier ?? held?.tier,
    url: url ?? held?.url,
    newestId: Math.max(live?.id ?? 0, held?.newestId ?? 0),
    live: live && { ...toLive(live, at, older), by: by ?? live.user },
    takenBack: takenBackSince(held, live),
    successes: successes.slice(0, keptSuccesses),
    failures: isNewer ? 0 : (held?.failures ?? 0),
    failingSince: isNewer ? undefined : held?.failingSince,
    staleToldAfter: held?.staleToldAfter,
    heardAt: now,
  };
}

function toLive(deployment: Deployment, since: Date, older: readonly Deployment[]): LiveVersion {
  return {
    deploymentId: deployment.id,
    version: deployment.ref,
    sha: deployment.sha,
    pipelineId: deployment.pipelineId,
    since,
    by: deployment.user,
    rolledBack: wentBack(deployment, older),
  };
}
