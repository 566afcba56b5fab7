import type { LockRights } from '../../domain/lock.ts';
import type { Phrase } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import { isAdmin } from '../input/is-admin.ts';
import { refuseElsewhere, refusePolicy } from '../input/refuse-policy.ts';

/** What this person may do with the project's locks. @throws GitLabError */
export async function readLockRights(project: ProjectContext, context: CommandContext): Promise<LockRights> {
  const { actor, restricted } = context;
  const accessLevel = await levelOf(project, context);
  const decision = decidePolicy({ action: 'break_lock', actor, accessLevel, restricted });
  return { actor, mayBreak: decision.kind === 'allow' || (await isAdmin(context)) };
}

/** Why this person may neither take nor release locks there; undefined: they may. @throws GitLabError */
export async function refuseLocking(
  project: ProjectContext,
  notDone: Phrase,
  context: CommandContext,
): Promise<Refusal | undefined> {
  const { actor, restricted } = context;
  if (await isAdmin(context)) return undefined;
  const accessLevel = await levelOf(project, context);
  const decision = decidePolicy({ action: 'lock', actor, accessLevel, restricted });
  if (decision.kind === 'refuse')
    return refusePolicy(decision, { notDone, actor, project, settings: context.settings });
  return refuseElsewhere(project, notDone, context);
}

async function levelOf({ ref }: ProjectContext, { actor, gitlab }: CommandContext): Promise<number> {
  return actor.gitlab?.id === undefined ? 0 : gitlab.accessLevel(ref.id, actor.gitlab.id);
}
