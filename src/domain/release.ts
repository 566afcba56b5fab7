import type { ApprovalTerms } from './approval-terms.ts';
import type { ProbeRule, WatchRule } from './check-rules.ts';
import { type EnvironmentAction, isFinished, type Job } from './job.ts';
import { isSame } from './same.ts';

/** A tag, branch or commit that a version was resolved to. Frozen in the plan: a tag moved afterwards voids it. */
export interface Release {
  /** The word to show: `v1.4.0`, a branch, or a short sha. */
  readonly version: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly sha: string;
}

/** A job as the CI configuration declares it. */
export interface CiJob {
  readonly name: string;
  readonly stage: string;
  /** Undefined: no `needs`, so everything of earlier stages. Empty: starts at once. */
  readonly needs: readonly string[] | undefined;
  readonly environment?: { readonly name: string; readonly action: EnvironmentAction } | undefined;
  /** `when: manual` at the job or in any of its rules: which rule holds, only the pipeline knows. */
  readonly manual: boolean;
  /** `parallel`: the pipeline has several instances under other names. */
  readonly parallel: boolean;
  /** It makes a child or multi-project pipeline. */
  readonly trigger?: boolean | undefined;
}

/** The graph of a commit's pipeline. A hint: whether a job is there, and its status, the pipeline's jobs say. */
export interface CiGraph {
  readonly stages: readonly string[];
  readonly jobs: readonly CiJob[];
}

/**
 * One step on the way to an environment. `play`: press a manual job; `retry`: run a finished one again, which makes a
 * new job of the same name; `cancel`: end a running one and wait until it has ended; `wait`: it only has to end well;
 * `approve`: people have to agree before the step that follows. Two have no job of their own: `watch` reads how the
 * canary does, `probe` asks the deployed service for its version.
 */
export interface RouteStep {
  readonly kind: 'play' | 'retry' | 'cancel' | 'wait' | 'ask' | 'approve' | 'verify' | 'watch' | 'probe';
  /** The job's name; for `ask`, `approve`, `watch` and `probe`, the deploy job that they are about. */
  readonly job: string;
  /** The environment the job starts, if any. */
  readonly environment: string | undefined;
  /** Of `cancel`: which job, since it may be one of another pipeline. */
  readonly cancelsJobId?: number | undefined;
  /** Of `wait`: it has to pass even where the pipeline lets it fail. */
  readonly mustPass?: boolean | undefined;
  /**
   * Of `retry`: the newest instance when it was planned. A newer one means that it happened. Of `play`: it goes on with
   * such a retry, whose new job waited for approval.
   */
  readonly retriesJobId?: number | undefined;
  /** Of `approve`: who has to agree by our own rules; undefined: by GitLab's. */
  readonly approval?: ApprovalTerms | undefined;
  /** Of `watch`: by which rule; its `environment` is the canary's. */
  readonly watch?: WatchRule | undefined;
  /** Of `probe`: where and how. */
  readonly probe?: ProbeRule | undefined;
}

/** Which job starts an environment: found, several to choose from, or why none can be named. */
export type DeployJobMatch =
  | { readonly kind: 'found'; readonly job: CiJob }
  | { readonly kind: 'several'; readonly jobs: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'configure'; readonly reason: 'variable_in_name' | 'parallel' };

/**
 * Finds the job that starts `environment`: a configured name wins; else the jobs whose `environment.name` is it and
 * whose action is `start`. A name with a variable cannot be compared, so it asks to be configured.
 */
export function findDeployJob(
  graph: CiGraph,
  environment: string,
  wanted: { readonly configured: readonly string[]; readonly job: string | undefined },
): DeployJobMatch {
  const starting = graph.jobs.filter((job) => job.environment?.action === 'start');
  const named = starting.filter((job) => job.environment?.name === environment);
  const candidates =
    wanted.configured.length > 0 ? graph.jobs.filter((job) => wanted.configured.includes(job.name)) : named;
  const chosen = wanted.job === undefined ? candidates : candidates.filter((job) => job.name === wanted.job);
  const [first, ...rest] = chosen;
  if (first && rest.length === 0)
    return first.parallel ? { kind: 'configure', reason: 'parallel' } : { kind: 'found', job: first };
  if (first) return { kind: 'several', jobs: chosen.map((job) => job.name) };
  if (candidates.length > 0) return { kind: 'several', jobs: candidates.map((job) => job.name) };
  if (starting.some((job) => job.environment?.name.includes('$')))
    return { kind: 'configure', reason: 'variable_in_name' };
  return { kind: 'none' };
}

/**
 * The ordered steps that lead to `target` in this pipeline: the manual jobs it needs (in its `needs` closure, or, for
 * a job without `needs`, the blocking manual jobs of earlier stages), the jobs between that must end well, a question
 * after the last step of another environment, the deploy job, and the jobs that verify it. Never a job with action
 * `stop`, never an optional manual job. Steps already ended well are left out.
 */
export function planRoute(graph: CiGraph, target: CiJob, jobs: readonly Job[]): readonly RouteStep[] {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const before = inOrder(graph, prerequisites(graph, target, byName));
  const open = before.filter((job) => byName.has(job.name) && byName.get(job.name)?.status !== 'success');
  const played = open.filter((job) => isGate(job, byName));
  const first = played[0];
  // Only what comes after the first press is told as a wait: what runs by itself before it is the pipeline's business.
  const after = first ? open.filter((job) => job !== first && comesAfter(graph, job, first.name)) : [];
  const waits = after.filter((job) => !isGate(job, byName));
  const steps: RouteStep[] = inOrder(graph, [...played, ...waits]).map((job) => ({
    kind: isGate(job, byName) ? 'play' : 'wait',
    job: job.name,
    environment: startsEnvironment(job),
  }));
  // Nobody can be asked about a job that goes on by itself.
  const asks =
    isGate(target, byName) &&
    played.some((job) => startsEnvironment(job) !== undefined && startsEnvironment(job) !== startsEnvironment(target));
  const deploy: RouteStep = { kind: 'play', job: target.name, environment: target.environment?.name };
  const ask: readonly RouteStep[] = asks
    ? [{ kind: 'ask', job: target.name, environment: target.environment?.name }]
    : [];
  return [...steps, ...ask, deploy, ...verifications(graph, target, byName)];
}

/** The canary of an environment in a pipeline: another environment, which gets the version first. */
export interface Canary {
  readonly environment: string;
  readonly job: string;
  /** A job between the two that has to end well: it is the watch. */
  readonly watchJob: string | undefined;
  /** What follows stands still until somebody presses it, so that it can be held back. */
  readonly isHeld: boolean;
}

/**
 * Finds the canary before `target`: the last job on its way that starts another environment, as far as somebody
 * presses it, or it is called a canary. What goes to staging by itself is none.
 */
export function findCanary(graph: CiGraph, target: CiJob, jobs: readonly Job[]): Canary | undefined {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const before = inOrder(graph, prerequisites(graph, target, byName)).filter(({ name }) => byName.has(name));
  const canary = before.findLast((job) => {
    const environment = startsEnvironment(job);
    if (environment === undefined || environment === startsEnvironment(target)) return false;
    return job.manual || /canary/i.test(`${job.name} ${environment}`);
  });
  const environment = canary && startsEnvironment(canary);
  if (!canary || environment === undefined) return undefined;
  const watchJob = before.find(
    (job) =>
      startsEnvironment(job) === undefined &&
      !isGate(job, byName) &&
      byName.get(job.name)?.allowFailure === false &&
      comesAfter(graph, job, canary.name),
  );
  return { environment, job: canary.name, watchJob: watchJob?.name, isHeld: isGate(target, byName) };
}

/**
 * What stands in the way before anybody can press the first job: prerequisites that are still on their way, and ones
 * that did not end well. Jobs behind the first manual job are not in the way: pressing it sets them going.
 */
export function findBlockers(
  graph: CiGraph,
  target: CiJob,
  jobs: readonly Job[],
): { readonly waiting: readonly Job[]; readonly broken: readonly Job[] } {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const before = inOrder(graph, prerequisites(graph, target, byName));
  const gates = before.filter((job) => isGate(job, byName));
  const inTheWay = before
    .filter((job) => !gates.includes(job) && !gates.some((gate) => comesAfter(graph, job, gate.name)))
    .flatMap((job) => byName.get(job.name) ?? []);
  const broken = inTheWay.filter((job) => isBroken(job) && !(job.status === 'failed' && job.allowFailure));
  const waiting = inTheWay.filter((job) => job.status !== 'success' && !isBroken(job));
  return { waiting, broken };
}

function isBroken(job: Job): boolean {
  return job.status === 'failed' || job.status === 'canceled' || job.status === 'skipped';
}

/**
 * The route for somebody who insists: a finished deploy job is run again, a job that starts by itself is waited for,
 * and so is everything that is on its way before the first press.
 */
export function insistOnRoute(
  route: readonly RouteStep[],
  about: {
    readonly target: Job;
    readonly jobs: readonly Job[];
    readonly waiting: readonly Job[];
    /** Required jobs that are waited for first. */
    readonly checks?: readonly string[] | undefined;
    readonly pressable: boolean;
  },
): readonly RouteStep[] {
  const { target, jobs, waiting, checks = [], pressable } = about;
  if (isFinished(target.status)) {
    // What passed after the run before says nothing of this one, and does not run again.
    const passed = new Set(jobs.filter(({ status }) => status === 'success').map(({ name }) => name));
    return route.flatMap((step) => {
      if (step.job === target.name)
        return step.kind === 'play' ? [{ ...step, kind: 'retry' as const, retriesJobId: target.id }] : [];
      return passed.has(step.job) ? [] : [step];
    });
  }
  const known = new Set(route.map(({ job }) => job));
  const ahead = [...new Set([...waiting.map(({ name }) => name), ...checks])].filter((name) => !known.has(name));
  const waits = ahead.map(
    (job): RouteStep => ({
      kind: 'wait',
      job,
      environment: undefined,
      ...(checks.includes(job) ? { mustPass: true } : {}),
    }),
  );
  const way = pressable
    ? route
    : route.map((step) => (step.kind === 'play' ? { ...step, kind: 'wait' as const } : step));
  return [...waits, ...way];
}

/** Whether `now` is what `shown` has become by itself: some of the waits at its beginning have come to their end. */
export function hasOnlyAdvanced(shown: readonly RouteStep[], now: readonly RouteStep[]): boolean {
  const ahead = shown.findIndex(({ kind }) => kind !== 'wait');
  const left = shown.filter((step, at) => at >= ahead || now.some((other) => isSame(other, step)));
  return isSame(left, now);
}

function verifications(graph: CiGraph, target: CiJob, byName: ReadonlyMap<string, Job>): readonly RouteStep[] {
  return graph.jobs
    .filter((job) => job.environment?.action === 'verify' && job.environment.name === target.environment?.name)
    .filter((job) => byName.has(job.name) && comesAfter(graph, job, target.name))
    .filter((job) => byName.get(job.name)?.status !== 'manual')
    .map((job) => ({ kind: 'verify', job: job.name, environment: undefined }));
}

/** Every job that has to be through before `target` can run. */
function prerequisites(graph: CiGraph, target: CiJob, byName: ReadonlyMap<string, Job>): readonly CiJob[] {
  const found = new Map<string, CiJob>();
  const visit = (job: CiJob): void => {
    for (const name of directNeeds(graph, job, byName)) {
      const needed = graph.jobs.find((other) => other.name === name);
      if (!needed || found.has(name) || needed.environment?.action === 'stop') continue;
      found.set(name, needed);
      visit(needed);
    }
  };
  visit(target);
  return [...found.values()];
}

function directNeeds(graph: CiGraph, job: CiJob, byName: ReadonlyMap<string, Job>): readonly string[] {
  if (job.needs) return job.needs;
  const stage = graph.stages.indexOf(job.stage);
  return graph.jobs
    .filter((other) => graph.stages.indexOf(other.stage) < stage)
    .filter((other) => !isOptionalManual(other, byName))
    .map((other) => other.name);
}

function isOptionalManual(job: CiJob, byName: ReadonlyMap<string, Job>): boolean {
  const instance = byName.get(job.name);
  return instance?.allowFailure === true && (isGate(job, byName) || instance.manual === true);
}

/** A job that stands still until somebody presses it: manual now, or known to be manual once it is reached. */
function isGate(job: CiJob, byName: ReadonlyMap<string, Job>): boolean {
  const instance = byName.get(job.name);
  if (!instance) return false;
  return instance.status === 'manual' || (instance.status === 'created' && (instance.manual ?? job.manual));
}

function startsEnvironment(job: CiJob): string | undefined {
  return job.environment?.action === 'start' ? job.environment.name : undefined;
}

/** Whether `job` comes after `name`: through its needs, or by stage where it has none. */
export function comesAfter(graph: CiGraph, job: CiJob, name: string): boolean {
  const seen = new Set<string>();
  const search = (current: CiJob): boolean =>
    directNeeds(graph, current, new Map()).some((needed) => {
      if (needed === name) return true;
      if (seen.has(needed)) return false;
      seen.add(needed);
      const next = graph.jobs.find((other) => other.name === needed);
      return next !== undefined && search(next);
    });
  return search(job);
}

/** By stage, then so that a job follows what it needs. */
function inOrder(graph: CiGraph, jobs: readonly CiJob[]): readonly CiJob[] {
  const depth = (job: CiJob): number => jobs.filter((other) => comesAfter(graph, job, other.name)).length;
  return jobs.toSorted((a, b) => graph.stages.indexOf(a.stage) - graph.stages.indexOf(b.stage) || depth(a) - depth(b));
}
