import { guessTier } from './environment.ts';
import type { EnvironmentRecord } from './environment-record.ts';
import type { ProjectRules } from './project.ts';

/** What is told by itself; undefined: never. */
export interface WatchdogRules {
  /** How long a played job may wait until it starts. */
  readonly jobStartMs: number | undefined;
  /** How long a watched environment may go without a successful deployment. */
  readonly noDeployMs: number | undefined;
  /** How many deployments in a row may fail, this one included. */
  readonly failures: number | undefined;
  /** After how long, and then again, the holder of a lock without end is reminded of it. */
  readonly lockNagMs: number | undefined;
}

/**
 * Whether an environment is looked after: of tier production, or named in `chatops.yml`. What merely matches a pattern
 * comes and goes.
 */
export function isWatchedEnvironment({ environment, tier }: EnvironmentRecord, rules: ProjectRules): boolean {
  // A list of deployments does not say the tier.
  return (
    (tier ?? guessTier(environment)) === 'production' || rules.environments.some(({ name }) => name === environment)
  );
}

/** Whether this very failure is the one at which the channel is told: each success begins the count anew. */
export function reachesFailures(
  before: EnvironmentRecord | undefined,
  after: EnvironmentRecord,
  { failures }: WatchdogRules,
): boolean {
  return failures !== undefined && after.failures >= failures && (before?.failures ?? 0) < failures;
}

/** Whether nothing was deployed for too long, and that was not told since the last success. */
export function isStale({ live, staleToldAfter }: EnvironmentRecord, rules: WatchdogRules, now: Date): boolean {
  if (rules.noDeployMs === undefined || !live || live.deploymentId === staleToldAfter) return false;
  return now.getTime() - live.since.getTime() > rules.noDeployMs;
}
