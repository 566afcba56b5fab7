import type { AuditEntry } from '../../domain/audit.ts';
import { currentStep, type Operation } from '../../domain/operation.ts';
import { isSame } from '../../domain/same.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { operationEntry, recordOperationEnd } from './record-operation.ts';
import { closeQuestion, showChange } from './show-change.ts';

export interface ChangeOperationDeps {
  readonly settings: () => Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

/** What is recorded with a change. */
export type ChangeRecord = Pick<AuditEntry, 'action' | 'outcome'> & Partial<AuditEntry>;

/**
 * Stores a changed operation with its card and audit, if nobody changed it meanwhile (a person may have pressed
 * Promote while we asked GitLab). False: it changed under us; read it again.
 */
export async function changeOperation(
  expected: Operation,
  next: Operation,
  deps: ChangeOperationDeps,
  record?: ChangeRecord,
): Promise<boolean> {
  const now = deps.clock.now();
  const stored = await deps.store.transaction(async (tables) => {
    const held = await tables.operations.find(expected.id);
    if (!held || !isUnchanged(held, expected)) return false;
    await tables.operations.save(next);
    if (record) await tables.audit.append({ ...operationEntry(next, now), ...record });
    if (next.state !== 'active') await recordOperationEnd(tables, next, now);
    // Presses in Slack do not come this way: the job was started in GitLab while we asked.
    const isAnswered = currentStep(next)?.step.kind !== 'ask';
    if (isAnswered) await closeQuestion(tables, expected, { answer: 'promoted', by: undefined, at: now });
    await showChange(tables, next, { now, commandPrefix: deps.settings().commandPrefix });
    return true;
  });
  if (stored) deps.wake('outbox');
  return stored;
}

/** Whether nothing was decided since. The time of the next look is moved by events all the while and says nothing. */
export function isUnchanged(held: Operation, expected: Operation): boolean {
  return isSame({ ...held, nextCheckAt: 0 }, { ...expected, nextCheckAt: 0 });
}

/** Has an operation that is still active looked at again after a while. */
export async function lookAgain(operation: Operation, afterMs: number, deps: ChangeOperationDeps): Promise<void> {
  await deps.store.transaction(async (tables) => {
    const held = await tables.operations.find(operation.id);
    const nextCheckAt = new Date(deps.clock.now().getTime() + afterMs);
    if (held?.state === 'active') await tables.operations.save({ ...held, nextCheckAt });
  });
}
