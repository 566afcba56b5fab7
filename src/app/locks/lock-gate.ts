import { lockPlaceFirst, lockTerms } from '../../cards/lock-words.ts';
import { blockingLocks, type Lock } from '../../domain/lock.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal, Todo } from '../../domain/refusal.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { explainLock, stealTodo } from './explain-lock.ts';
import { tellMeTodo } from './wait-for-free.ts';

/** A deploy that a lock stands in the way of. */
interface Locked {
  readonly project: ProjectContext;
  /** The environment that is locked. */
  readonly environment: string;
  readonly version: string;
  readonly notDone: Phrase;
  /** The command that leads to this deploy again, names resolved; with a lock's id it releases that one. */
  readonly line: (unlocks?: string) => string;
  /** Whether this person may release or take over the locks of others. */
  readonly mayBreak: boolean;
}

/** Whose lock stops a deploy, and what this person can do about it. */
export function refuseLocked(lock: Lock, locked: Locked, { settings }: CommandContext): Refusal {
  const { project, environment, notDone, mayBreak } = locked;
  const wait = tellMeTodo({ project, environment, line: locked.line() });
  return explainLock(
    { reason: 'locked', lock, mayBreak },
    { notDone, commandPrefix: settings.commandPrefix, todo: [...wait, ...breakTodo(lock, locked)] },
  );
}

/** What a rollback has to know of the locks that it passes: whose they are, and that they stay. */
export async function warnOfLocks(
  project: ProjectContext,
  environment: string,
  { tables, actor, now }: CommandContext,
): Promise<readonly Phrase[]> {
  const locks = await tables.locks.ofProject(project.ref.id);
  return blockingLocks(locks, environment, { actor, now }).map((lock) => {
    const then = lock.holder === 'chatops' ? 'That stops no rollback.' : 'The lock stays, and its holder is told.';
    return say`${lockPlaceFirst(lock)} is locked ${lockTerms(lock)} ${then}`;
  });
}

/** A person's lock is taken over by its own question; the bot's is released by the press that deploys. */
function breakTodo(lock: Lock, { line, version, mayBreak }: Locked): readonly Todo[] {
  if (!mayBreak) return [];
  if (lock.holder !== 'chatops') return [stealTodo(lock, `deploying ${version}`)];
  return [{ kind: 'press', label: 'Unlock and deploy', actionId: 'run_command:unlock', value: line(lock.id) }];
}
