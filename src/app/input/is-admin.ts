import type { CommandContext } from '../command.ts';
import { type RightsDeps, readGroups } from './read-rights.ts';

type Somebody = Pick<CommandContext, 'actor' | 'restricted'> & Pick<RightsDeps, 'slack'>;

/** Whether the person is one of `operations.admins`. @throws SlackError */
export async function isAdmin(context: Somebody & Pick<CommandContext, 'settings'>): Promise<boolean> {
  return isListed(context.settings.operationsAdmins, context);
}

/** Whether a list names the person or a Slack user group that they are in; never a guest. @throws SlackError */
export async function isListed(names: readonly string[], somebody: Somebody): Promise<boolean> {
  const { actor, restricted } = somebody;
  if (restricted) return false;
  if (names.includes(actor.slackUserId)) return true;
  return (await readGroups(names, actor.slackUserId, somebody)).length > 0;
}
