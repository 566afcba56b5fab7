import { lockPlace, lockTerms } from '../cards/lock-words.ts';
import { commandLine } from '../domain/command-line.ts';
import { blockingLocks, type Lock } from '../domain/lock.ts';
import { type Phrase, say } from '../domain/phrase.ts';
import type { Refusal, Todo } from '../domain/refusal.ts';
import type { CommandContext, ProjectContext } from './command.ts';
import { explainLock, stealTodo } from './explain-lock.ts';
import { placeWord } from './lock-lines.ts';
import { readLockRights } from './lock-rights.ts';
import { tellMeTodo } from './wait-for-free.ts';

/** A deploy on its way to environments that may be locked. */
interface Way {
  readonly project: ProjectContext;
  /** The target, and those that the way leads through. */
  readonly environments: readonly string[];
  readonly version: string;
  readonly notDone: Phrase;
  /** The command that leads to this deploy again, names resolved. */
  readonly line: string;
}

/**
 * Why a lock of somebody else stops a deploy, with what this person can do about it; undefined: none does. A lock that
 * cannot be read throws, so that nothing is deployed past it.
 * @throws GitLabError, StoreError
 */
export async function refuseLocked(way: Way, context: CommandContext): Promise<Refusal | undefined> {
  const { project, notDone } = way;
  const [found] = await foreignLocks(way, context);
  if (!found) return undefined;
  const { lock, environment } = found;
  const { mayBreak } = await readLockRights(project, context);
  const wait = tellMeTodo({ project, environment, line: way.line });
  return explainLock(
    { reason: 'locked', lock, mayBreak },
    { notDone, commandPrefix: context.settings.commandPrefix, todo: [...wait, ...breakTodo(lock, way, mayBreak)] },
  );
}

/** What a rollback has to know of the locks that it passes: whose they are, and that they stay. */
export async function warnOfLocks(
  way: Pick<Way, 'project' | 'environments'>,
  context: CommandContext,
): Promise<readonly Phrase[]> {
  const found = await foreignLocks(way, context);
  return [...new Map(found.map(({ lock }) => [lock.id, lock])).values()].map(
    (lock) => say`${lockPlace(lock)} is locked ${lockTerms(lock)} The lock stays, and its holder is told.`,
  );
}

async function foreignLocks(
  { project, environments }: Pick<Way, 'project' | 'environments'>,
  { tables, actor, now }: CommandContext,
): Promise<readonly { readonly lock: Lock; readonly environment: string }[]> {
  const locks = await tables.locks.ofProject(project.ref.id);
  return [...new Set(environments)].flatMap((environment) =>
    blockingLocks(locks, environment, { actor, now }).map((lock) => ({ lock, environment })),
  );
}

function breakTodo(lock: Lock, { line, version }: Way, mayBreak: boolean): readonly Todo[] {
  if (!mayBreak) return [];
  if (lock.holder !== 'chatops') return [stealTodo(lock, `deploying ${version}`)];
  const value = commandLine('', '/unlock', [placeWord(lock), '--lock', lock.id, '--deploy', line]);
  return [{ kind: 'press', label: 'Unlock and deploy', actionId: 'run_command:unlock', value }];
}
