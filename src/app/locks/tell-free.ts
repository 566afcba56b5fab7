import { renderEnvironmentFree } from '../../cards/environment-free.ts';
import { blockingLocks } from '../../domain/lock.ts';
import type { Wait } from '../../domain/wait.ts';
import type { Tables } from '../store-ports.ts';

/** Tells everybody whose environment has become free, once. Called whenever a lock or an operation ends. */
export async function tellFree(tables: Tables, now: Date): Promise<number> {
  let told = 0;
  for (const wait of await tables.waits.all()) {
    if (!(await isFree(tables, wait, now)) || !(await tables.waits.remove(wait))) continue;
    const { channel, project, environment, slackUserId } = wait;
    const key = `${channel}/free:${project.id}:${environment}:${slackUserId}/${now.getTime()}`;
    await tables.outbox.put(
      { key, channel, rootKey: undefined, lane: 'answer', ...renderEnvironmentFree({ wait }) },
      now,
    );
    told += 1;
  }
  return told;
}

async function isFree(tables: Tables, { project, environment, slackUserId }: Wait, now: Date): Promise<boolean> {
  if (await tables.operations.active(project.id, environment)) return false;
  const actor = { slackUserId, gitlab: undefined };
  return blockingLocks(await tables.locks.ofProject(project.id), environment, { actor, now }).length === 0;
}
