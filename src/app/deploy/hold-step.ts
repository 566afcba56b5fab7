import { renderFreezePaused } from '../../cards/freeze-paused.ts';
import { isOfGitLab } from '../../domain/errors.ts';
import { type FreezeWindow, freezeNow } from '../../domain/freeze.ts';
import { type Operation, withStep } from '../../domain/operation.ts';
import { isSame } from '../../domain/same.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { pauseForLock } from '../locks/pause-for-lock.ts';
import { recordPause, withPause } from '../operations/record-pause.ts';
import { putOperation } from '../operations/start-operation.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';
import { readFreezes } from './read-gates.ts';

/** How soon a waiting deploy looks again whether the freeze is over. */
const lookAgainMs = 5_000;

interface HoldDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'freezePeriods'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/**
 * Holds a deploy before its next job while a lock or a freeze stands in the way that began since it was confirmed. The
 * thread is told, once for each. A rollback passes both. True: it waits.
 */
export async function holdStep(
  at: { readonly operation: Operation; readonly index: number },
  deps: HoldDeps,
): Promise<boolean> {
  if (at.operation.kind === 'rollback') return false;
  return (await pauseForLock(at, deps)) || pauseForFreeze(at, deps);
}

async function pauseForFreeze(
  { operation, index }: { readonly operation: Operation; readonly index: number },
  deps: HoldDeps,
): Promise<boolean> {
  const { id, channel, rootKey } = operation;
  const now = deps.clock.now();
  const own = operation.steps[index]?.environment ?? operation.environment;
  const freeze = await findFreeze(operation, { environments: [operation.environment, own], now }, deps);
  if (freeze === 'none') return false;
  await deps.store.transaction(async (tables) => {
    const held = await tables.operations.find(id);
    // Somebody pressed Cancel while we asked GitLab: the next look sees it.
    if (!held || !isSame({ ...held, nextCheckAt: 0 }, { ...operation, nextCheckAt: 0 })) return;
    const nextCheckAt = new Date(now.getTime() + lookAgainMs);
    if (freeze === 'unknown') {
      const waiting = withStep(operation, index, { state: 'waiting' });
      await tables.operations.save({ ...waiting, nextCheckAt });
      await putOperation(tables, waiting, now);
      return;
    }
    const key = `${rootKey}/operation:${id}/frozen:${freeze.from.getTime()}`;
    const waiting = withPause(operation, { key, index, reason: 'frozen' });
    await tables.operations.save({ ...waiting, nextCheckAt });
    await putOperation(tables, waiting, now);
    await recordPause(tables, operation, { key, reason: 'frozen', settings: deps.settings(), now });
    await tables.outbox.put(
      { key, channel, rootKey, lane: 'answer', ...renderFreezePaused({ operation, freeze }) },
      now,
    );
  });
  deps.wake('outbox');
  return true;
}

/** The freeze of the environment that the deploy is for, or of the one that the next job starts. */
async function findFreeze(
  { id, project, override }: Operation,
  { environments, now }: { readonly environments: readonly string[]; readonly now: Date },
  { settings: settingsNow, gitlab, log }: HoldDeps,
): Promise<FreezeWindow | 'none' | 'unknown'> {
  const settings = settingsNow();
  const rules = settings.rulesFor(project.path);
  const about = { projectId: project.id, rules, environments: [...new Set(environments)] };
  try {
    const freezes = await readFreezes(about, { gitlab, settings, now });
    // GitLab's own is nobody's to override.
    return freezeNow(override ? freezes.filter(({ source }) => source === 'gitlab') : freezes, now) ?? 'none';
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    log.warn({ operation_id: id, err: error }, 'freezes cannot be read, the deploy waits');
    return 'unknown';
  }
}
