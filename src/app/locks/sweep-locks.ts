import type { AuditEntry } from '../../domain/audit.ts';
import { isInForce, type Lock, nagAt } from '../../domain/lock.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { Clock, Settings, Wake } from '../ports.ts';
import type { Store, Tables } from '../store-ports.ts';
import { unlockLine } from './lock-lines.ts';
import { tellFree } from './tell-free.ts';
import { tellLock } from './tell-lock.ts';

export interface SweepLocksDeps {
  readonly settings: () => Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
}

/** Ends lapsed locks and tells so, reminds of those without end, and tells whoever waits for what is free now. */
export async function sweepLocks({ settings, store, clock, wake }: SweepLocksDeps): Promise<void> {
  const now = clock.now();
  const told = await store.transaction(async (tables) => {
    let count = 0;
    for (const lock of await tables.locks.lapsed(now)) {
      if (!(await tables.locks.release(lock.id))) continue;
      await tellLock(tables, { kind: 'lapsed', lock }, now);
      await tables.audit.append(lapseEntry(lock, { now, settings: settings() }));
      count += 1;
    }
    for (const lock of await tables.locks.all()) count += await nag(tables, lock, { now, settings: settings() });
    return count + (await tellFree(tables, now));
  });
  if (told > 0) wake('outbox');
}

async function nag(
  tables: Tables,
  lock: Lock,
  { now, settings }: { readonly now: Date; readonly settings: Settings },
): Promise<number> {
  const at = nagAt(lock, settings.watchdog.lockNagMs);
  // The bot's own after a rollback reminds nobody: whoever wants to deploy meets it.
  if (lock.holder === 'chatops' || !at || now < at || !isInForce(lock, now)) return 0;
  if (!(await tables.locks.nagged(lock, now))) return 0;
  await tellLock(tables, { kind: 'nagged', lock, unlock: unlockLine(lock, { prefix: settings.commandPrefix }) }, now);
  return 1;
}

/** That it is free again was decided by the end that its holder named. */
function lapseEntry(
  { project, environment, channel }: Lock,
  { now, settings }: { readonly now: Date; readonly settings: Settings },
): AuditEntry {
  const place = { project: project.path, environment };
  const facts = decisionFacts(place, settings);
  return { at: now, actor: 'chatops', action: 'lock.lapse', outcome: 'succeeded', ...place, ...facts, channel };
}
