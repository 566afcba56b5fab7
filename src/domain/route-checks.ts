import type { CanaryRule, VerifyRule } from './check-rules.ts';
import type { Canary, RouteStep } from './release.ts';

/** Why a canary is not watched as it is configured. */
export type WatchTrouble = 'pipeline_watches' | 'no_canary' | 'not_held';

/** A route with its checks, and what a person should know of them. */
export interface CheckedRoute {
  readonly steps: readonly RouteStep[];
  readonly trouble?: WatchTrouble | undefined;
  /** Jobs that are named to verify and are not in the pipeline. */
  readonly absent: readonly string[];
}

/** What is known of the way to an environment. */
export interface CheckedWay {
  /** The deploy job. */
  readonly target: string;
  readonly canary: Canary | undefined;
  readonly rule: { readonly canary?: CanaryRule | undefined; readonly verify?: VerifyRule | undefined } | undefined;
  /** Names of the pipeline's jobs. */
  readonly jobs: readonly string[];
}

/**
 * Puts what is configured into a route: the watch before the question and the deploy job, the question left out where a
 * good watch promotes, the named jobs and the address that verify at the end. One watch: a job of the pipeline between
 * canary and deploy job that must pass is it.
 */
export function addChecks(route: readonly RouteStep[], way: CheckedWay): CheckedRoute {
  const { target, canary, rule } = way;
  const at = route.findIndex(({ kind, job }) => job === target && kind !== 'retry');
  // What is deployed again has left its canary behind.
  if (at < 0) return { ...addVerification(route, way), trouble: undefined };
  const trouble = rule?.canary?.watch && watchTrouble(canary);
  const watch: readonly RouteStep[] =
    rule?.canary?.watch && canary && !trouble
      ? [{ kind: 'watch', job: target, environment: canary.environment, watch: rule.canary.watch }]
      : [];
  const isWatched = watch.length > 0 || canary?.watchJob !== undefined;
  const promotes = rule?.canary?.asks === false && isWatched;
  const steps = [...route.slice(0, at), ...watch, ...route.slice(at)];
  return { ...addVerification(promotes ? steps.filter(({ kind }) => kind !== 'ask') : steps, way), trouble };
}

function watchTrouble(canary: Canary | undefined): WatchTrouble | undefined {
  if (!canary) return 'no_canary';
  if (canary.watchJob !== undefined) return 'pipeline_watches';
  return canary.isHeld ? undefined : 'not_held';
}

function addVerification(
  steps: readonly RouteStep[],
  { target, rule, jobs }: CheckedWay,
): Pick<CheckedRoute, 'steps' | 'absent'> {
  const named = rule?.verify?.jobs ?? [];
  const absent = named.filter((name) => !jobs.includes(name));
  const added = named
    .filter((name) => jobs.includes(name) && !steps.some(({ job }) => job === name))
    .map((job): RouteStep => ({ kind: 'verify', job, environment: undefined }));
  return { steps: [...steps, ...added, ...probeSteps(rule?.verify, target)], absent };
}

/** The step that asks the deployed service for its version, where one is configured. */
export function probeSteps(verify: VerifyRule | undefined, job: string): readonly RouteStep[] {
  return verify?.probe ? [{ kind: 'probe', job, environment: undefined, probe: verify.probe }] : [];
}
