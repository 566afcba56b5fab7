import { z } from 'zod';
import type { SlackGateway } from '../app/ports.ts';
import { SlackError } from '../domain/errors.ts';
import { type CallSlack, readReply } from './client.ts';
import { createKept } from './kept.ts';

/** Somebody who just left a group stays in it that long here. */
const KEPT_MS = 60_000;
const MAX_GROUPS_KEPT = 500;

const Members = z.object({ users: z.array(z.string()) });

/**
 * Reads who is in a user group. A group that does not exist, or was switched off, has nobody.
 * @see https://docs.slack.dev/reference/methods/usergroups.users.list
 */
export function createGroupReader(call: CallSlack, now: () => Date): SlackGateway['groupMembers'] {
  const groups = createKept<readonly string[]>({ max: MAX_GROUPS_KEPT, keptMs: KEPT_MS, now });
  return (usergroup) =>
    groups(usergroup, async () => {
      const reply = await call('usergroups.users.list', { usergroup }).catch((error: unknown) => {
        if (error instanceof SlackError && error.slackCode === 'no_such_subteam') return { users: [] };
        throw error;
      });
      return readReply(Members, reply, 'usergroups.users.list').users;
    });
}
