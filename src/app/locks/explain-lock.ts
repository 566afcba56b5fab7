import { lockPlace, lockPlaceFirst, lockTerms } from '../../cards/lock-words.ts';
import { commandLine } from '../../domain/command-line.ts';
import type { Lock, LockRefusal } from '../../domain/lock.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal, Todo } from '../../domain/refusal.ts';
import { placeWord, unlockLine } from './lock-lines.ts';

/** Says whose lock stands in the way, since when, until when, and what this person can do about it. */
export function explainLock(
  { reason, lock, mayBreak }: LockRefusal,
  about: { readonly notDone: Phrase; readonly commandPrefix: string; readonly todo?: readonly Todo[] },
): Refusal {
  const { notDone, commandPrefix: prefix, todo = [] } = about;
  if (!lock) {
    return {
      code: reason,
      notDone,
      fact: say`The lock is not there any more.`,
      todo: [{ kind: 'type', line: commandLine(prefix, '/lock', []) }],
    };
  }
  const place =
    reason === 'lock_changed' ? say`Another lock is there by now: ${lockPlace(lock)}` : lockPlaceFirst(lock);
  const unlock: Todo = {
    kind: 'press',
    label: 'Unlock',
    actionId: 'run_command:unlock',
    value: unlockLine(lock, { prefix: '', lockId: lock.id }),
  };
  return {
    code: reason,
    notDone,
    fact: say`${place} is locked ${lockTerms(lock)}`,
    todo: todo.length > 0 ? todo : mayBreak ? [unlock] : [askHolder(lock)],
  };
}

/** The button that asks whether to take a lock over; for those who may. */
export function stealTodo(lock: Lock, reason: string): Todo {
  return {
    kind: 'press',
    label: 'Take the lock over',
    actionId: 'run_command:steal',
    value: commandLine('', '/lock', [placeWord(lock), reason, '--steal']),
  };
}

function askHolder(lock: Lock): Todo {
  const whom = lock.holder === 'chatops' ? 'A maintainer' : 'Its holder or a maintainer';
  return { kind: 'say', phrase: say`${whom} of the project can release it.` };
}
