import { finishOperation, type Operation } from '../../domain/operation.ts';
import { type ChangeOperationDeps, isUnchanged } from '../operations/change-operation.ts';
import { noteOperationEnd } from '../operations/note-operation-end.ts';
import { recordOperationEnd } from '../operations/record-operation.ts';
import { showChange } from '../operations/show-change.ts';
import type { Counters, Log } from '../ports.ts';
import type { Tables } from '../store-ports.ts';

export interface EndBadlyDeps extends ChangeOperationDeps {
  readonly counters: Pick<Counters, 'operation'>;
  readonly log: Log;
}

/** Ends the deploy as failed, with what belongs to it, in one transaction. False: it changed under us; look again. */
export async function endBadly(
  operation: Operation,
  about: {
    readonly change?: Pick<Operation, 'takenBack'>;
    /** A rollback or a lock takes the environment in the same transaction, so nobody is told that it is free. */
    readonly isTakenOver: boolean;
    readonly also: (tables: Tables, now: Date) => Promise<void>;
  },
  deps: EndBadlyDeps,
): Promise<boolean> {
  const { change, isTakenOver, also } = about;
  const now = deps.clock.now();
  const ended = { ...finishOperation(operation, 'failed', now), ...change };
  const stored = await deps.store.transaction(async (tables) => {
    const held = await tables.operations.find(operation.id);
    if (!held || !isUnchanged(held, operation)) return false;
    await tables.operations.save(ended);
    await recordOperationEnd(tables, ended, now);
    await showChange(tables, ended, { now, commandPrefix: deps.settings().commandPrefix, isTakenOver });
    await also(tables, now);
    return true;
  });
  if (!stored) return false;
  noteOperationEnd(ended, deps);
  deps.wake('outbox');
  return true;
}
