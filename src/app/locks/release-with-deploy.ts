import type { Actor } from '../../domain/actor.ts';
import type { Deed } from '../../domain/plan.ts';
import type { Tables } from '../store-ports.ts';
import { tellLock } from './tell-lock.ts';

/**
 * Releases the bot's own locks that a plan said to release: in the transaction that begins the deploy, so that nobody
 * comes in between. One that is gone by now is none.
 */
export async function releaseWithDeploy(
  tables: Tables,
  { deed, actor, now }: { readonly deed: Deed; readonly actor: Actor; readonly now: Date },
): Promise<void> {
  if (deed.kind !== 'deploy') return;
  for (const id of deed.unlocks ?? []) {
    const lock = await tables.locks.find(id);
    if (!lock || !(await tables.locks.release(id))) continue;
    await tellLock(tables, { kind: 'released', lock, by: actor }, now);
    const { project, environment } = lock;
    const about = { project: project.path, environment, channel: deed.channel };
    await tables.audit.append({
      at: now,
      actor,
      action: 'unlock',
      outcome: 'succeeded',
      reason: 'with_deploy',
      ...about,
    });
  }
}
