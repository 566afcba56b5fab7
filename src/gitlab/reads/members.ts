import { z } from 'zod';
import type { GitLabReads } from '../../app/ports.ts';
import type { Person } from '../../domain/actor.ts';
import { createCache } from '../cache.ts';
import { MemberPayload, PersonPayload, readAs } from '../schema.ts';
import { orAbsent, type ReadContext } from './context.ts';

type MemberReads = Pick<GitLabReads, 'userByName' | 'accessLevel'>;

const keepMs = 60_000;

/** Reads of people and their roles, kept for a minute: somebody who just lost a role keeps it that long here. */
export function createMemberReads({ api, now }: ReadContext): MemberReads {
  const users = createCache<Person | undefined>({ max: 1_000, keepMs, now });
  const levels = createCache<number>({ max: 5_000, keepMs, now });

  return {
    userByName: (username) =>
      users.get(username.toLowerCase(), async () => {
        const answer = await api.Users.all({ username, perPage: 1, maxPages: 1 });
        const people = readAs(z.array(PersonPayload), answer, `user ${username}`);
        return people.find((person) => person?.username.toLowerCase() === username.toLowerCase());
      }),

    accessLevel: (projectId, userId) =>
      levels.get(`${projectId}/${userId}`, async () => {
        const answer = await orAbsent(api.ProjectMembers.show(projectId, userId, { includeInherited: true }));
        if (!answer) return 0;
        const member = readAs(MemberPayload, answer, `member ${userId}`);
        // A blocked user, or one whose membership awaits approval, is listed with a role that GitLab does not grant.
        const active = (member.state ?? 'active') === 'active' && (member.membership_state ?? 'active') === 'active';
        return active ? member.access_level : 0;
      }),
  };
}
