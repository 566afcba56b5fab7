import { nextReadingAt } from './canary.ts';
import { isActive, isFinished, type Job } from './job.ts';
import type { NextDeed, Step } from './operation.ts';

/** To stop an environment twice does no harm, so an unknown outcome is not looked at for long. */
const abortAgainMs = 3_000;
const maxAborts = 3;

/**
 * Decides what a step needs that watches a canary or asks for the live version. Undefined: it is a step of another kind.
 */
export function decideCheck(at: {
  readonly step: Step;
  readonly index: number;
  readonly jobs: readonly Job[];
  readonly now: Date;
}): NextDeed | undefined {
  switch (at.step.kind) {
    case 'watch':
      return decideWatchStep(at);
    case 'probe':
      return decideProbeStep(at);
    default:
      return undefined;
  }
}

interface At {
  readonly step: Step;
  readonly index: number;
  readonly jobs: readonly Job[];
  readonly now: Date;
}

function decideWatchStep({ step, index, jobs, now }: At): NextDeed {
  const { watch, watched, job } = step;
  if (!watch) return { kind: 'update', index, step: { state: 'failed', reason: 'canary_unreadable', endedAt: now } };
  if (watched?.verdict !== undefined) return decideAbort({ step, index, now });
  // Somebody pressed it in GitLab instead of waiting: there is nothing left to decide about.
  const next = jobs.find(({ name }) => name === job);
  if (next !== undefined && (isActive(next.status) || isFinished(next.status)))
    return { kind: 'update', index, step: { state: 'succeeded', reason: 'started_in_gitlab', endedAt: now } };
  return whenDue({ kind: 'watch', index }, nextReadingAt(watch, watched?.readings ?? []), now);
}

/** The watch went badly: the step stays until the canary was taken away. */
function decideAbort({ step, index, now }: Omit<At, 'jobs'>): NextDeed {
  const { abort } = step.watched ?? {};
  if (abort?.state !== 'calling') return { kind: 'abort', index };
  const againAt = new Date((abort.calledAt ?? now).getTime() + abortAgainMs);
  if ((abort.calls ?? 1) < maxAborts) return whenDue({ kind: 'abort', index }, againAt, now);
  const watched = step.watched && { ...step.watched, abort: { ...abort, state: 'unknown' as const } };
  return { kind: 'update', index, step: { state: 'failed', watched } };
}

function decideProbeStep({ step, index, now }: At): NextDeed {
  const { probe, probed } = step;
  if (!probe) return { kind: 'update', index, step: { state: 'failed', reason: 'version_unreadable', endedAt: now } };
  const dueAt = probed && new Date(probed.at.getTime() + probe.everyMs);
  return whenDue({ kind: 'probe', index }, dueAt, now);
}

function whenDue(deed: NextDeed, dueAt: Date | undefined, now: Date): NextDeed {
  const afterMs = (dueAt?.getTime() ?? 0) - now.getTime();
  return afterMs <= 0 ? deed : { kind: 'look_later', afterMs };
}
