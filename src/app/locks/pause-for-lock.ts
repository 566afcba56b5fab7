import { renderLockPaused } from '../../cards/lock-paused.ts';
import { blockingLocks } from '../../domain/lock.ts';
import type { Operation } from '../../domain/operation.ts';
import { isSame } from '../../domain/same.ts';
import { recordPause, withPause } from '../operations/record-pause.ts';
import { putOperation } from '../operations/start-operation.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';

/** How soon a waiting deploy looks again whether the lock is gone. */
const lookAgainMs = 5_000;

interface PauseDeps {
  readonly settings: () => Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

/**
 * Holds a deploy before its next job while somebody else has a lock that they took since it was confirmed. The thread
 * is told, once for each lock. A rollback passes all locks: they were shown when it was confirmed. True: it waits.
 */
export async function pauseForLock(
  { operation, index }: { readonly operation: Operation; readonly index: number },
  deps: PauseDeps,
): Promise<boolean> {
  if (operation.kind === 'rollback') return false;
  const { store, clock, wake } = deps;
  const { id, project, environment, requester, channel, rootKey } = operation;
  const now = clock.now();
  const isPaused = await store.transaction(async (tables) => {
    const locks = await tables.locks.ofProject(project.id);
    const [lock] = [environment, operation.steps[index]?.environment ?? environment].flatMap((name) =>
      blockingLocks(locks, name, { actor: requester, now }),
    );
    if (!lock) return false;
    const held = await tables.operations.find(id);
    // Somebody pressed Cancel while we asked GitLab: the next look sees it.
    if (!held || !isSame({ ...held, nextCheckAt: 0 }, { ...operation, nextCheckAt: 0 })) return true;
    const pause = { key: `${rootKey}/operation:${id}/paused:${lock.id}`, index, reason: 'locked' } as const;
    const waiting = withPause(operation, pause);
    await tables.operations.save({ ...waiting, nextCheckAt: new Date(now.getTime() + lookAgainMs) });
    await putOperation(tables, waiting, now);
    await recordPause(tables, operation, { ...pause, settings: deps.settings(), now });
    await tables.outbox.put(
      { key: pause.key, channel, rootKey, lane: 'answer', ...renderLockPaused({ operation, lock }) },
      now,
    );
    return true;
  });
  if (isPaused) wake('outbox');
  return isPaused;
}
