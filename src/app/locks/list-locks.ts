import { renderLocks } from '../../cards/locks.ts';
import { commandLine } from '../../domain/command-line.ts';
import { decideUnlock, isInForce } from '../../domain/lock.ts';
import { say } from '../../domain/phrase.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import { unlockLine } from './lock-lines.ts';
import { readLockRights } from './lock-rights.ts';

/** The project's locks, each with an Unlock button for those who may release it. @throws GitLabError */
export async function listLocks(project: ProjectContext, context: CommandContext): Promise<CommandResult> {
  const { path, id } = project.ref;
  const about = { project: path };
  const refusal = await refuseReader(project, say`No lock is shown.`, context);
  if (refusal) return { kind: 'refused', refusal, about };
  const [rights, locks] = await Promise.all([readLockRights(project, context), context.tables.locks.ofProject(id)]);
  const shown = locks
    .filter((lock) => isInForce(lock, context.now))
    .map((lock) => {
      const mayRelease = decideUnlock(lock, rights, lock.id).kind === 'allow';
      return { lock, unlock: mayRelease ? unlockLine(lock, { prefix: '', lockId: lock.id }) : undefined };
    });
  const add = commandLine(context.settings.commandPrefix, '/lock', ['environment', 'reason']);
  return { kind: 'answer', card: renderLocks({ project: path, locks: shown, add }), about };
}
