import { code, say } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { isAdmin } from '../input/is-admin.ts';
import { refusePolicy } from '../input/refuse-policy.ts';
import { refuseStranger } from '../watches/watch-target.ts';

const notDone = say`${code('chatops.yml')} was not read again.`;

/** Has `chatops.yml` read again, for maintainers of the channel's project and for `operations.admins`. */
export async function askReload(context: CommandContext): Promise<CommandResult> {
  const refusal = await refuseReload(context);
  return refusal ? { kind: 'refused', refusal, about: {} } : { kind: 'reload', about: {} };
}

async function refuseReload(context: CommandContext): Promise<Refusal | undefined> {
  const { actor, restricted, gitlab, here } = context;
  if (await isAdmin(context)) return undefined;
  const stranger = refuseStranger(notDone, context);
  if (stranger) return stranger;
  if (!here || actor.gitlab?.id === undefined) {
    return {
      code: 'not_an_admin',
      notDone,
      fact: say`That is for ${code('operations.admins')}, and for maintainers in the channel of their project.`,
      todo: [
        { kind: 'say', phrase: say`Type it in your project's channel, or change the file: it is read by itself.` },
      ],
    };
  }
  const project = await context.resolveProject(here);
  const accessLevel = await gitlab.accessLevel(project.ref.id, actor.gitlab.id);
  const decision = decidePolicy({ action: 'reload', actor, accessLevel, restricted });
  return decision.kind === 'allow'
    ? undefined
    : refusePolicy(decision, { notDone, actor, project, settings: context.settings });
}
