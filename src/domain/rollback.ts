import type { Deployment } from './deployment.ts';
import { type EnvironmentRule, environmentRule, isGlob, matchesGlob, type ProjectRules } from './project.ts';
import type { CiJob, RouteStep } from './release.ts';

/** What a rollback would do to an environment: which deployment it leaves, and which it goes back to. */
export interface RollbackTarget {
  /** The newest deployment that started, however it ended. */
  readonly left: Deployment;
  readonly target: Deployment;
}

/** The target, or why there is none. `candidates`: versions that were deployed there and ended well, newest first. */
export type RollbackMatch =
  | ({ readonly kind: 'found' } & RollbackTarget)
  | { readonly kind: 'never_deployed' }
  | { readonly kind: 'nothing_earlier'; readonly left: Deployment }
  | { readonly kind: 'not_deployed'; readonly candidates: readonly string[] }
  | { readonly kind: 'already_there'; readonly left: Deployment };

/**
 * Finds the version to go back to in an environment's deployments, newest first. What is left is the newest that
 * started. Its target is the newest success older than that, of another commit, which was not itself left by a
 * rollback since it was last deployed anew; a version that is named overrides the last condition only.
 */
export function findRollback(deployments: readonly Deployment[], version: string | undefined): RollbackMatch {
  const started = deployments.filter(hasStarted);
  const [left, ...older] = started;
  if (!left) return { kind: 'never_deployed' };
  const good = older.filter((deployment) => deployment.status === 'success' && deployment.sha !== left.sha);
  if (version === undefined) {
    const gone = leftByRollback(started);
    const target = good.find(({ sha }) => sha === undefined || !gone.has(sha));
    return target ? { kind: 'found', left, target } : { kind: 'nothing_earlier', left };
  }
  const target = good.find((deployment) => isVersion(deployment, version));
  if (target) return { kind: 'found', left, target };
  if (left.status === 'success' && isVersion(left, version)) return { kind: 'already_there', left };
  const names = good.flatMap((deployment) => deployment.ref ?? deployment.sha?.slice(0, 8) ?? []);
  return { kind: 'not_deployed', candidates: [...new Set(names)].slice(0, 5) };
}

/** Whether a deployment is of the version that a person typed: a ref, `1.4.0` for `v1.4.0`, or the begin of a sha. */
export function isVersion({ ref, sha }: Deployment, version: string): boolean {
  const typed = version.toLowerCase();
  const named = ref?.toLowerCase();
  const isSha = /^[0-9a-f]{7,40}$/.test(typed) && sha?.startsWith(typed) === true;
  return named === typed || named === `v${typed}` || isSha;
}

/** Whether a word reads as a version: then it is the target of a rollback, never its reason. */
export function looksLikeVersion(word: string): boolean {
  return (
    /^v?\d+(?:\.\d+)+(?:[-+.][\w.-]+)?$/i.test(word) || /^v\d+$/i.test(word) || /^(?=.*\d)[0-9a-f]{7,40}$/i.test(word)
  );
}

/**
 * Whether a success took its environment back: an older pipeline's job ran again, of a commit that had succeeded there
 * before and was left since. `older`: the deployments before it, newest first.
 */
export function wentBack(deployment: Deployment, older: readonly Deployment[]): boolean {
  const { sha, status } = deployment;
  const started = older.filter((other) => hasStarted(other) && other.sha !== undefined && other.id < deployment.id);
  const [before] = started;
  if (status !== 'success' || sha === undefined || before?.sha === sha) return false;
  return started.some((other) => other.status === 'success' && other.sha === sha) && isOlder(deployment, before);
}

/**
 * Commits that a rollback has left since they were last deployed anew. A rollback runs a job of an older pipeline
 * again, so it shows as a success of a commit that had succeeded there before, out of a pipeline older than the one
 * it replaced, whoever started it and wherever.
 */
function leftByRollback(newestFirst: readonly Deployment[]): ReadonlySet<string> {
  const gone = new Set<string>();
  const seen = new Set<string>();
  let before: Deployment | undefined;
  for (const deployment of newestFirst.toReversed()) {
    const { sha } = deployment;
    if (sha === undefined) continue;
    const isBack = deployment.status === 'success' && seen.has(sha) && isOlder(deployment, before);
    if (isBack && before?.sha !== undefined && before.sha !== sha) gone.add(before.sha);
    gone.delete(sha);
    if (deployment.status === 'success') seen.add(sha);
    before = deployment;
  }
  return gone;
}

function isOlder(deployment: Deployment, other: Deployment | undefined): boolean {
  if (deployment.pipelineId === undefined || other?.pipelineId === undefined) return false;
  return deployment.pipelineId < other.pipelineId;
}

/**
 * Whether a job takes an environment back: one that is configured to, else by its name, as long as it neither starts
 * nor stops that environment.
 */
export function isRollbackJob(
  { name, environment: at }: Pick<CiJob, 'name' | 'environment'>,
  environment: string,
  configured: readonly string[] = [],
): boolean {
  if (configured.length > 0) return configured.some((glob) => matchesGlob(glob, name));
  return /rollback/i.test(name) && at?.name === environment && at.action !== 'start' && at.action !== 'stop';
}

/**
 * Which environment a job takes back without a deployment of its own. One that starts its environment makes a deployment,
 * which says by itself what became of it. A job that names no environment takes back the one it is configured for.
 */
export function takesBack(job: Pick<CiJob, 'name' | 'environment'>, rules: ProjectRules): string | undefined {
  const { name, environment: at } = job;
  if (at === undefined) {
    const isFor = ({ rollback }: EnvironmentRule): boolean =>
      (rollback?.jobs ?? []).some((glob) => matchesGlob(glob, name));
    return rules.environments.find((rule) => !isGlob(rule.name) && isFor(rule))?.name;
  }
  if (at.action === 'start' || at.action === 'stop') return undefined;
  return isRollbackJob(job, at.name, environmentRule(rules, at.name)?.rollback?.jobs) ? at.name : undefined;
}

/** Whether a job may take an environment back, as far as its name says. */
export function isNamedRollback(name: string, { environments }: ProjectRules): boolean {
  const configured = environments.flatMap(({ rollback }) => rollback?.jobs ?? []);
  return /rollback/i.test(name) || configured.some((glob) => matchesGlob(glob, name));
}

/** Whether a deployment ever began to change its environment. */
export function hasStarted({ status, jobStarted }: Deployment): boolean {
  if (status === 'running' || status === 'success') return true;
  return (status === 'failed' || status === 'canceled') && jobStarted !== false;
}

/** Whether a step of a rollback is the pipeline's own rollback job, and not the target's deploy job run again. */
export function isOwnRollbackJob({ kind, retriesJobId }: RouteStep): boolean {
  return kind === 'play' && retriesJobId === undefined;
}

/** A rollback job decides by itself where it goes back to: only a verification or the next deployment says what runs. */
export function isVersionUnconfirmed({
  kind,
  steps,
}: {
  readonly kind: string;
  readonly steps: readonly RouteStep[];
}): boolean {
  const isVerified = steps.some((step) => step.kind === 'verify' || step.kind === 'probe');
  return kind === 'rollback' && steps.some(isOwnRollbackJob) && !isVerified;
}
