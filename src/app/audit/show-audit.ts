import { renderAuditEntries } from '../../cards/audit-entries.ts';
import { UsageError } from '../../domain/errors.ts';
import { say } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { isAdmin } from '../input/is-admin.ts';
import { refusePolicy } from '../input/refuse-policy.ts';
import { readLockPlace } from '../locks/lock-place.ts';

const shown = 8;
const notDone = say`The audit was not shown.`;

/**
 * `/chatops audit [project] [environment]`: what was recorded last, for maintainers of the project and for
 * `operations.admins`. @throws GitLabError
 */
export async function showAudit(words: readonly string[], context: CommandContext): Promise<CommandResult> {
  const place = await readLockPlace({ command: '/chatops audit', words, flags: {}, notDone }, context);
  if (place.kind === 'result') return place.result;
  if (place.kind === 'place' && place.rest.length > 0)
    throw new UsageError('There are too many words.', { hint: 'Type: /chatops audit [project] [environment]' });
  const { project } = place;
  const environment = place.kind === 'place' ? place.environment : undefined;
  const about = { project: project.ref.path, environment };
  const refusal = await refuseAudit(project, context);
  if (refusal) return { kind: 'refused', refusal, about };
  const { audit } = context.tables;
  const [entries, head] = await Promise.all([audit.newest(shown, about), audit.head()]);
  return { kind: 'answer', card: renderAuditEntries({ ...about, entries, head }), about };
}

async function refuseAudit(project: ProjectContext, context: CommandContext): Promise<Refusal | undefined> {
  const { actor, restricted, gitlab } = context;
  if (await isAdmin(context)) return undefined;
  const accessLevel = actor.gitlab?.id === undefined ? 0 : await gitlab.accessLevel(project.ref.id, actor.gitlab.id);
  const decision = decidePolicy({ action: 'audit', actor, accessLevel, restricted });
  return decision.kind === 'allow'
    ? undefined
    : refusePolicy(decision, { notDone, actor, project, settings: context.settings });
}
