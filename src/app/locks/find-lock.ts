import type { Lock, LockScope } from '../../domain/lock.ts';
import type { Tables } from '../store-ports.ts';

/** The lock of that very place, lapsed or not: of the environment, or of the whole project. */
export async function findLock(
  tables: Pick<Tables, 'locks'>,
  { project, environment }: LockScope,
): Promise<Lock | undefined> {
  return (await tables.locks.ofProject(project.id)).find((lock) => lock.environment === environment);
}
