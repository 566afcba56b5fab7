import type { Actor } from './actor.ts';
import type { Deployment } from './deployment.ts';
import { type FreezeWindow, freezeNow } from './freeze.ts';
import { isActive, isJobNamed, type Job } from './job.ts';
import { blockingLocks, type Lock } from './lock.ts';
import { type CiGraph, comesAfter, type Release, type RouteStep } from './release.ts';

/**
 * The gates before an environment, in the order in which they are asked and shown. `approvals`: people
 * who have to agree after the press; `running`: other deploys;
 * `pipeline`: whether its jobs can be pressed.
 */
export const gateNames = [
  'rights',
  'variables',
  'lock',
  'freeze',
  'versions',
  'after',
  'requires',
  'approvals',
  'running',
  'pipeline',
] as const;
export type GateName = (typeof gateNames)[number];

/** Why a gate that is closed does not count. `unlock`: the bot's own lock is released with the deploy. */
export type Exemption = 'rollback' | 'override' | 'unlock';

/** Why a gate is closed, with the facts to say it with. */
export type GateRefusal =
  | { readonly reason: 'locked'; readonly lock: Lock }
  | { readonly reason: 'frozen'; readonly freeze: FreezeWindow }
  | { readonly reason: 'version_not_allowed'; readonly versions: string }
  | { readonly reason: 'not_deployed_before'; readonly environment: string }
  | { readonly reason: 'failed_before'; readonly environment: string; readonly deployment: Deployment }
  | { readonly reason: 'order_unknown'; readonly environment: string }
  | {
      readonly reason: 'checks_not_passed';
      readonly missing: readonly string[];
      readonly unfinished: readonly Job[];
      readonly failed: readonly Job[];
    };

/** What a gate says. `exempt`: it would have been closed, and does not count for this deed. */
export type GateAnswer = { readonly gate: GateName } & (
  | { readonly answer: 'pass' }
  | { readonly answer: 'refuse'; readonly refusal: GateRefusal }
  | { readonly answer: 'exempt'; readonly because: Exemption; readonly refusal: GateRefusal }
);

/** What is configured for the environment. */
export interface GateRules {
  /** A regular expression over refs; undefined: all may go there. */
  readonly versions?: string | undefined;
  /** Environments in which the commit has to have succeeded. */
  readonly after: readonly string[];
  /** Jobs of the pipeline that must have passed. */
  readonly requires: readonly string[];
}

/** What a commit has done in an environment that comes first. */
export interface Earlier {
  /** Its deployments there that have ended. */
  readonly deployments: readonly Deployment[];
  /** Others were not looked at that could change what these say. */
  readonly truncated: boolean;
}

/** Everything the gates rest on, read just now. */
export interface GateFacts {
  /** A rollback passes freeze and order, and another's lock once that was shown; an override our freeze and order. */
  readonly deed: 'deploy' | 'override' | 'rollback';
  readonly actor: Actor;
  readonly environment: string;
  readonly release: Release;
  readonly rules: GateRules;
  /** Of the environment and of its whole project. */
  readonly locks: readonly Lock[];
  readonly freezes: readonly FreezeWindow[];
  /** The newest instance of each job of the release's pipeline. */
  readonly jobs: readonly Job[];
  /** A lock of the bot's that this person may release and wants to, with the deploy. */
  readonly unlocks?: string | undefined;
  /** Per environment of `rules.after`: what the release's commit did there. */
  readonly earlier: ReadonlyMap<string, Earlier>;
  readonly now: Date;
  /** Required jobs that are waited for before anything is started, by name: they close no gate. */
  readonly awaited?: readonly string[] | undefined;
}

/** Asks the gates that hang on an environment's rules, so that all answers can be shown and the first refusal told. */
export function decideGates(facts: GateFacts): readonly GateAnswer[] {
  const { deed } = facts;
  return [
    answerLock(facts),
    answerFreeze(facts),
    // A rollback goes back to what ran there: whether it may go there was asked when it came.
    answer('versions', findVersion(facts), deed === 'rollback' ? 'rollback' : undefined),
    answer('after', findOrder(facts), deed === 'deploy' ? undefined : deed),
    answer('requires', findChecks(facts), deed === 'rollback' ? 'rollback' : undefined),
  ];
}

/** The first gate that is closed; undefined: the way is free. */
export function firstRefusal(answers: readonly GateAnswer[]): GateRefusal | undefined {
  return answers.flatMap((each) => (each.answer === 'refuse' ? [each.refusal] : [])).at(0);
}

function answer(gate: GateName, refusal: GateRefusal | undefined, exempt: Exemption | undefined): GateAnswer {
  if (!refusal) return { gate, answer: 'pass' };
  return exempt ? { gate, answer: 'exempt', because: exempt, refusal } : { gate, answer: 'refuse', refusal };
}

function answerLock({ deed, locks, environment, actor, unlocks, now }: GateFacts): GateAnswer {
  const blocking = blockingLocks(locks, environment, { actor, now });
  const lock = blocking.find(({ id }) => id !== unlocks) ?? blocking[0];
  const exempt = deed === 'rollback' ? 'rollback' : lock?.id === unlocks ? 'unlock' : undefined;
  return answer('lock', lock && { reason: 'locked', lock }, exempt);
}

function answerFreeze({ freezes, deed, now }: GateFacts): GateAnswer {
  const freeze = freezeNow(freezes, now);
  const refusal: GateRefusal | undefined = freeze && { reason: 'frozen', freeze };
  // GitLab's own freeze is not ours to override; only going back is always right.
  const isOverridden = deed === 'override' && freeze?.source === 'settings';
  return answer('freeze', refusal, deed === 'rollback' ? 'rollback' : isOverridden ? 'override' : undefined);
}

function findVersion({ rules, release }: GateFacts): GateRefusal | undefined {
  const { versions } = rules;
  if (versions === undefined || new RegExp(versions, 'u').test(release.ref)) return undefined;
  return { reason: 'version_not_allowed', versions };
}

/** Why the order gate is closed: the commit has not succeeded where it has to come first, or failed there since. */
export function findOrder({
  rules,
  release,
  earlier,
}: Pick<GateFacts, 'release' | 'earlier'> & { readonly rules: Pick<GateRules, 'after'> }): GateRefusal | undefined {
  for (const environment of rules.after) {
    const { deployments, truncated } = earlier.get(environment) ?? { deployments: [], truncated: false };
    const ended = deployments
      .filter(({ sha, status }) => sha === release.sha && (status === 'success' || status === 'failed'))
      .toSorted((a, b) => b.id - a.id);
    const [newest] = ended;
    const isThere = ended.some(({ status }) => status === 'success');
    if (truncated) return { reason: 'order_unknown', environment };
    if (!isThere) return { reason: 'not_deployed_before', environment };
    if (newest?.status === 'failed') return { reason: 'failed_before', environment, deployment: newest };
  }
  return undefined;
}

/** Of one required job the newest instances: one, or as many as `parallel` makes of it. None: it is not there. */
export interface RequiredJob {
  readonly name: string;
  readonly jobs: readonly Job[];
}

/** The newest instance counts: an old success does not hide a newer failure, and a rerun that passed makes good. */
export function requiredJobs(requires: readonly string[], jobs: readonly Job[]): readonly RequiredJob[] {
  return requires.map((name) => {
    const newest = new Map<string, Job>();
    for (const job of jobs.filter((each) => isJobNamed(name, each))) {
      if (job.id >= (newest.get(job.name)?.id ?? 0)) newest.set(job.name, job);
    }
    return { name, jobs: [...newest.values()] };
  });
}

function findChecks({ rules, jobs, awaited = [] }: GateFacts): GateRefusal | undefined {
  const required = requiredJobs(rules.requires, jobs);
  const missing = required.filter((each) => each.jobs.length === 0).map(({ name }) => name);
  const open = required.flatMap((each) =>
    each.jobs.filter(({ name, status }) => status !== 'success' && !awaited.includes(name)),
  );
  if (missing.length + open.length === 0) return undefined;
  return {
    reason: 'checks_not_passed',
    missing,
    unfinished: open.filter(isWaiting),
    failed: open.filter((job) => !isWaiting(job)),
  };
}

/**
 * Required jobs that come to their end by themselves, so that they can be waited for: those on their way, and not behind
 * a job that the route itself has to press.
 */
export function awaitableChecks(
  requires: readonly string[],
  about: { readonly jobs: readonly Job[]; readonly graph: CiGraph; readonly route: readonly RouteStep[] },
): readonly string[] {
  const { jobs, graph, route } = about;
  const gates = route.filter(({ kind }) => kind === 'play').map(({ job }) => job);
  return requiredJobs(requires, jobs).flatMap(({ name, jobs: instances }) => {
    const declared = graph.jobs.find((job) => job.name === name);
    if (!declared || gates.some((gate) => gate === name || comesAfter(graph, declared, gate))) return [];
    return instances.filter(isOnItsWay).map((job) => job.name);
  });
}

function isOnItsWay({ status }: Job): boolean {
  return isActive(status) || status === 'created' || status === 'scheduled';
}

function isWaiting({ status }: Job): boolean {
  return isActive(status) || status === 'created' || status === 'manual' || status === 'scheduled';
}
