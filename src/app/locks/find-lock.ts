import type { Lock, LockScope } from '../../domain/lock.ts';
import type { Tables } from '../store-ports.ts';

/** The locks of that very place, lapsed or not, of the environment or of the whole project: a person's, then the bot's. */
export async function locksAt(
  tables: Pick<Tables, 'locks'>,
  { project, environment }: LockScope,
): Promise<readonly Lock[]> {
  return (await tables.locks.ofProject(project.id)).filter((lock) => lock.environment === environment);
}

/** The lock that a person has there. */
export async function findPersonsLock(tables: Pick<Tables, 'locks'>, scope: LockScope): Promise<Lock | undefined> {
  return (await locksAt(tables, scope)).find(({ holder }) => holder !== 'chatops');
}

/** The lock that the bot has there, after a rollback. */
export async function findBotsLock(tables: Pick<Tables, 'locks'>, scope: LockScope): Promise<Lock | undefined> {
  return (await locksAt(tables, scope)).find(({ holder }) => holder === 'chatops');
}
