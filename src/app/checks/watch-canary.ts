import { decideWatch, type QueryAnswer, readingOf, type Watched, type WatchVerdict } from '../../domain/canary.ts';
import type { WatchRule } from '../../domain/check-rules.ts';
import { type Operation, type StepReason, withStep } from '../../domain/operation.ts';
import { type ChangeOperationDeps, type ChangeRecord, changeOperation } from '../operations/change-operation.ts';
import type { Prometheus } from './check-ports.ts';

export interface WatchCanaryDeps extends ChangeOperationDeps {
  readonly prometheus: Prometheus;
}

/**
 * Takes one reading of the canary and stores it with what all of them come to, so that a restart goes on with what was
 * read. After a bad end the step stays until the canary was taken away. True: look at the operation again at once.
 */
export async function watchCanary(
  { operation, index }: { readonly operation: Operation; readonly index: number },
  deps: WatchCanaryDeps,
): Promise<boolean> {
  const step = operation.steps[index];
  const rule = step?.watch;
  if (!step || !rule) return true;
  const [value, requests] = await Promise.all([deps.prometheus.query(rule.query), countRequests(rule, deps)]);
  const now = deps.clock.now();
  const readings = [...(step.watched?.readings ?? []), readingOf(rule, { value, requests }, now)];
  const verdict = decideWatch(rule, readings);
  const watched: Watched = { readings, verdict };
  const startedAt = step.startedAt ?? now;
  const next = withStep(
    operation,
    index,
    verdict === 'passed'
      ? { state: 'succeeded', startedAt, endedAt: now, watched }
      : { state: 'running', startedAt, watched, reason: verdict && reasonOf(verdict) },
  );
  await changeOperation(operation, next, deps, verdict && record(verdict, step.environment));
  return true;
}

async function countRequests(
  { requests }: WatchRule,
  { prometheus }: WatchCanaryDeps,
): Promise<QueryAnswer | undefined> {
  return requests === undefined ? undefined : prometheus.query(requests);
}

function record(verdict: WatchVerdict, environment: string | undefined): ChangeRecord {
  const outcome = verdict === 'passed' ? 'succeeded' : 'failed';
  return { action: 'canary.watch', outcome, actor: 'chatops', reason: verdict, environment };
}

function reasonOf(verdict: Exclude<WatchVerdict, 'passed'>): StepReason {
  switch (verdict) {
    case 'breach':
      return 'canary_bad';
    case 'no_data':
    case 'few_requests':
      return 'canary_silent';
    case 'away':
    case 'several_series':
    case 'bad_query':
      return 'canary_unreadable';
  }
}
