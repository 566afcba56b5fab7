import type { Job } from './job.ts';
import { type CiGraph, type CiJob, comesAfter } from './release.ts';

/** A job that stands still until somebody presses it. An optional one holds back only what needs it by name. */
interface Gate {
  readonly name: string;
  readonly optional: boolean;
}

/** A job of a pipeline that is not made yet, as GitLab tries it out. */
export interface PlannedJob {
  readonly name: string;
  readonly manual: boolean;
  readonly allowFailure: boolean;
}

/** The environments that start by themselves, with nobody asked between, once the named jobs have passed. */
export function environmentsBehind(graph: CiGraph, names: readonly string[], jobs: readonly Job[]): readonly string[] {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const isToCome = ({ name }: CiJob): boolean => ['created', 'skipped'].includes(byName.get(name)?.status ?? '');
  const isGate = (job: CiJob): boolean => {
    const instance = byName.get(job.name);
    if (!instance || names.includes(job.name)) return false;
    return instance.status === 'manual' || (isToCome(job) && (instance.manual ?? job.manual));
  };
  const gates = graph.jobs
    .filter(isGate)
    .map(({ name }): Gate => ({ name, optional: byName.get(name)?.allowFailure ?? false }));
  const behind = graph.jobs.filter(
    (job) => isToCome(job) && !isGate(job) && names.some((name) => comesAfter(graph, job, name)),
  );
  return startedBy(graph, behind, gates);
}

/**
 * The environments that a new pipeline starts by itself. Where GitLab does not tell which jobs it will have, all of
 * the configuration count, and manual ones hold back only what needs them by name.
 */
export function environmentsOfNew(graph: CiGraph, planned: readonly PlannedJob[] | undefined): readonly string[] {
  const all = planned ?? graph.jobs.map(({ name, manual }) => ({ name, manual, allowFailure: true }));
  const automatic = graph.jobs.filter(({ name }) => all.some((job) => job.name === name && !job.manual));
  const gates = all
    .filter(({ manual }) => manual)
    .map(({ name, allowFailure }): Gate => ({ name, optional: allowFailure }));
  return startedBy(graph, automatic, gates);
}

function startedBy(graph: CiGraph, jobs: readonly CiJob[], gates: readonly Gate[]): readonly string[] {
  const isHeld = (job: CiJob): boolean =>
    gates.some(({ name, optional }) => (optional ? isNamed(graph, job, name) : comesAfter(graph, job, name)));
  const free = jobs.filter((job) => !isHeld(job));
  return [...new Set(free.flatMap(({ environment }) => (environment?.action === 'start' ? [environment.name] : [])))];
}

/** Whether `job` needs the one of that name, through needs that are written down alone. */
function isNamed(graph: CiGraph, job: CiJob, name: string, seen = new Set<string>()): boolean {
  return (job.needs ?? []).some((needed) => {
    if (needed === name) return true;
    if (seen.has(needed)) return false;
    seen.add(needed);
    const next = graph.jobs.find((other) => other.name === needed);
    return next !== undefined && isNamed(graph, next, name, seen);
  });
}
