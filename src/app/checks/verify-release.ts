import { type Operation, withStep } from '../../domain/operation.ts';
import { decideProbe, type Probed, type ProbeVerdict } from '../../domain/verification.ts';
import { type ChangeOperationDeps, type ChangeRecord, changeOperation } from '../operations/change-operation.ts';
import type { ReadLiveVersion } from './check-ports.ts';

export interface VerifyReleaseDeps extends ChangeOperationDeps {
  readonly readLiveVersion: ReadLiveVersion;
}

/**
 * Asks once which version is live, and stores what was heard with what it comes to. True: look at the operation again
 * at once.
 */
export async function verifyRelease(
  { operation, index }: { readonly operation: Operation; readonly index: number },
  deps: VerifyReleaseDeps,
): Promise<boolean> {
  const step = operation.steps[index];
  const rule = step?.probe;
  if (!step || !rule) return true;
  const since = step.probed?.since ?? deps.clock.now();
  const last = await deps.readLiveVersion(rule);
  const now = deps.clock.now();
  const probed: Probed = { since, at: now, looks: (step.probed?.looks ?? 0) + 1, last };
  const verdict = decideProbe(rule, operation.release, probed);
  const ended = { startedAt: since, probed, endedAt: now };
  const next = withStep(
    operation,
    index,
    verdict === undefined
      ? { state: 'running', startedAt: since, probed }
      : verdict === 'passed'
        ? { ...ended, state: 'succeeded' }
        : { ...ended, state: 'failed', reason: verdict },
  );
  await changeOperation(operation, next, deps, verdict && record(verdict));
  return true;
}

function record(verdict: ProbeVerdict): ChangeRecord {
  return {
    action: 'verify',
    outcome: verdict === 'passed' ? 'succeeded' : 'failed',
    actor: 'chatops',
    reason: verdict,
  };
}
