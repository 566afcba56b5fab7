import { z } from 'zod';
import type { SlackGateway } from '../app/ports.ts';
import { SlackError } from '../domain/errors.ts';
import { type createSlackClient, readReply } from './client.ts';

/** Somebody who just left a group stays in it that long here. */
const KEPT_MS = 60_000;
const MAX_GROUPS_KEPT = 500;

const Members = z.object({ users: z.array(z.string()) });

/**
 * Reads who is in a user group. A group that does not exist, or was switched off, has nobody.
 * @see https://docs.slack.dev/reference/methods/usergroups.users.list
 */
export function createGroupReader(
  call: ReturnType<typeof createSlackClient>,
  now: () => Date,
): SlackGateway['groupMembers'] {
  const groups = new Map<string, { readonly users: readonly string[]; readonly until: number }>();
  return async (usergroup) => {
    const at = now().getTime();
    const kept = groups.get(usergroup);
    if (kept !== undefined && kept.until > at) return kept.users;
    const reply = await call('usergroups.users.list', { usergroup }).catch((error: unknown) => {
      if (error instanceof SlackError && error.slackCode === 'no_such_subteam') return { users: [] };
      throw error;
    });
    const { users } = readReply(Members, reply, 'usergroups.users.list');
    if (groups.size >= MAX_GROUPS_KEPT) groups.clear();
    groups.set(usergroup, { users, until: at + KEPT_MS });
    return users;
  };
}
