import { z } from 'zod';
import type { GitLabReads, Member } from '../../app/gitlab-ports.ts';
import type { Person } from '../../domain/actor.ts';
import { PayloadError } from '../../domain/errors.ts';
import type { LinkedPerson } from '../../domain/link.ts';
import { createCache } from '../cache.ts';
import { MemberPayload, PersonPayload, readAs } from '../schema.ts';
import { orAbsent, type ReadContext } from './context.ts';

type MemberReads = Pick<
  GitLabReads,
  'ownUser' | 'userByName' | 'userByEmail' | 'accessLevel' | 'groupAccessLevel' | 'projectMembers' | 'groupMembers'
>;

const text = z.string().nullish().catch(undefined);

/** A user of a list. Administrators get more of each than others. */
const Account = z.object({
  id: z.number(),
  username: z.string().min(1),
  name: text,
  state: z.string(),
  bot: z.boolean().nullish(),
  email: text,
  public_email: text,
  /** Null: never confirmed; absent: not told. */
  confirmed_at: z.string().nullish(),
});

const ListedMember = MemberPayload.extend({ id: z.number(), username: z.string().min(1), name: text });

const firstMembers = { includeInherited: true, perPage: 100, maxPages: 1 } as const;

/** Tokens of projects and groups are members too. */
const tokenUser = /^(?:project|group)_\d+_bot/;

const keepMs = 60_000;

/** Gitbeaker does not know the second; a GitLab that does not either answers with bots as well. */
const activePeople = { active: true, humans: true };

/** Reads of people and their roles, kept for a minute: somebody who just lost a role keeps it that long here. */
export function createMemberReads({ api, now }: ReadContext): MemberReads {
  const users = createCache<Person | undefined>({ max: 1_000, keepMs, now });
  const addresses = createCache<Person | undefined>({ max: 1_000, keepMs, now });
  const own = createCache<LinkedPerson>({ max: 1, keepMs, now });
  const lists = createCache<readonly Member[]>({ max: 200, keepMs, now });
  const levels = createCache<number>({ max: 5_000, keepMs, now });

  return {
    ownUser: () =>
      own.get('', async () => {
        const user = readAs(PersonPayload, await api.Users.showCurrentUser(), 'the user of the token');
        if (user?.id === undefined) throw new PayloadError('GitLab does not say whose token it is');
        return { ...user, id: user.id };
      }),

    userByName: (username) =>
      users.get(username.toLowerCase(), async () => {
        const answer = await api.Users.all({ username, perPage: 1, maxPages: 1 });
        const people = readAs(z.array(PersonPayload), answer, `user ${username}`);
        return people.find((person) => person?.username.toLowerCase() === username.toLowerCase());
      }),

    /** @see https://docs.gitlab.com/api/users/#list-users */
    userByEmail: (address) =>
      addresses.get(address.toLowerCase(), async () => {
        const answer = await api.Users.all({ ...activePeople, search: address, perPage: 20, maxPages: 1 });
        const found = readAs(z.array(Account), answer, 'the users of an e-mail address').filter((account) =>
          hasAddress(account, address),
        );
        const [account, another] = found;
        if (!account || another) return undefined;
        return { id: account.id, username: account.username, name: account.name ?? account.username };
      }),

    accessLevel: (projectId, userId) =>
      levels.get(`${projectId}/${userId}`, () =>
        readLevel(api.ProjectMembers.show(projectId, userId, { includeInherited: true }), userId),
      ),

    /** @see https://docs.gitlab.com/api/group_members/#get-details-on-a-group-member-including-inherited-members */
    groupAccessLevel: (group, userId) =>
      levels.get(`group ${group}/${userId}`, () =>
        readLevel(api.GroupMembers.show(group, userId, { includeInherited: true }), userId),
      ),

    /** @see https://docs.gitlab.com/api/project_members/ */
    projectMembers: (projectId) =>
      lists.get(`${projectId}`, async () => readMembers(await api.ProjectMembers.all(projectId, firstMembers))),

    groupMembers: (group) =>
      lists.get(`group ${group}`, async () => readMembers(await api.GroupMembers.all(group, firstMembers))),
  };
}

/**
 * Whether an active person has confirmed that address. A search finds names as well. Only administrators are shown
 * `email` and `confirmed_at`; others see a `public_email`, for which GitLab takes nothing but a confirmed one.
 */
function hasAddress(account: z.infer<typeof Account>, address: string): boolean {
  if (account.state !== 'active' || account.bot === true || account.confirmed_at === null) return false;
  const confirmed = [account.public_email, account.confirmed_at === undefined ? undefined : account.email];
  return confirmed.some((own) => own?.toLowerCase() === address.toLowerCase());
}

function readMembers(answer: unknown): readonly Member[] {
  return readAs(z.array(ListedMember), answer, 'the members').flatMap((member) => {
    const { id, username, name, access_level: accessLevel } = member;
    return isActive(member) && !tokenUser.test(username) ? [{ id, username, name: name ?? username, accessLevel }] : [];
  });
}

async function readLevel(member: Promise<unknown>, userId: number): Promise<number> {
  const answer = await orAbsent(member);
  if (!answer) return 0;
  const read = readAs(MemberPayload, answer, `member ${userId}`);
  return isActive(read) ? read.access_level : 0;
}

/** A blocked user, or one whose membership awaits approval, is listed with a role that GitLab does not grant. */
function isActive(member: z.infer<typeof MemberPayload>): boolean {
  return (member.state ?? 'active') === 'active' && (member.membership_state ?? 'active') === 'active';
}
