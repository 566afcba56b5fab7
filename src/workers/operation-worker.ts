import type { Store } from '../app/store-ports.ts';
import { errorPauseMs, type Loop, type LoopDeps, startLoop } from './loop.ts';

export interface OperationWorkerDeps extends LoopDeps {
  readonly store: Store;
  readonly advance: (operationId: string) => Promise<void>;
}

/** Operations carried on side by side; each for itself goes step by step. */
const atOnce = 8;

/** Carries operations on when something happened to their pipeline, or when their time to look has come. */
export function startOperationWorker(deps: OperationWorkerDeps): Loop {
  const underWay = new Map<string, Promise<void>>();
  // Woken while being carried on: `due` has answered that wake, so the news must not be left to the next look.
  const again = new Set<string>();
  const loop = startLoop('operations', pass, deps);
  return {
    wake: () => loop.wake(),
    async stop() {
      await loop.stop();
      await Promise.all(underWay.values());
    },
  };

  async function pass(): Promise<Date | undefined> {
    const due = await deps.store.tables.operations.due(deps.clock.now(), atOnce * 2);
    for (const id of new Set([...due.map((operation) => operation.id), ...again])) {
      again.delete(id);
      if (underWay.has(id) || underWay.size >= atOnce) again.add(id);
      else underWay.set(id, advance(id));
    }
    const next = await deps.store.tables.operations.nextDueAt();
    return next && next > deps.clock.now() ? next : undefined;
  }

  async function advance(id: string): Promise<void> {
    try {
      await deps.advance(id);
    } catch (error) {
      // Its next look is still due, so it comes back after the pause.
      deps.log.error({ operation_id: id, err: error }, 'operation could not be carried on');
      await new Promise((resolve) => setTimeout(resolve, errorPauseMs));
    } finally {
      underWay.delete(id);
      loop.wake();
    }
  }
}
