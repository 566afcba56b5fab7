import { z } from 'zod';
import type { SlackGateway, SlackUser } from '../app/ports.ts';
import { SlackError } from '../domain/errors.ts';
import { type CallSlack, readReply } from './client.ts';
import { createKept } from './kept.ts';

const USER_KEPT_MS = 10 * 60_000;
/** Somebody who gave up an address keeps it that long here. */
const ADDRESS_KEPT_MS = 60_000;
const MAX_KEPT = 2_000;

const UserReply = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().nullish(),
    /** Of an organisation with several workspaces: all of theirs. */
    enterprise_user: z.object({ teams: z.array(z.string()).nullish() }).nullish(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    tz: z.string().nullish(),
    deleted: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    is_email_confirmed: z.boolean().nullish(),
    profile: z
      .object({
        display_name: z.string().optional(),
        real_name: z.string().optional(),
        // There only for an app with the scope users:read.email.
        email: z.string().nullish(),
      })
      .optional(),
  }),
});

type UserReply = z.infer<typeof UserReply>;

/** Reads people by their id and by their e-mail address. `teamId`: our workspace, once it is known; without it no address counts. */
export function createPeopleReads(
  call: CallSlack,
  { now, teamId }: { readonly now: () => Date; readonly teamId?: (() => string | undefined) | undefined },
): Pick<SlackGateway, 'user' | 'userByEmail'> {
  const users = createKept<SlackUser>({ max: MAX_KEPT, keptMs: USER_KEPT_MS, now });
  const owners = createKept<SlackUser | undefined>({ max: MAX_KEPT, keptMs: ADDRESS_KEPT_MS, now });
  const read = (reply: unknown, method: string): SlackUser => toUser(readReply(UserReply, reply, method), teamId?.());
  return {
    user: (slackUserId) =>
      users(slackUserId, async () => read(await call('users.info', { user: slackUserId }), 'users.info')),
    /** @see https://docs.slack.dev/reference/methods/users.lookupByEmail */
    userByEmail: (address) =>
      owners(address.toLowerCase(), async () => {
        const reply = await call('users.lookupByEmail', { email: address }).catch((error: unknown) => {
          if (error instanceof SlackError && error.slackCode === 'users_not_found') return undefined;
          throw error;
        });
        const user = reply === undefined ? undefined : read(reply, 'users.lookupByEmail');
        return user?.email?.toLowerCase() === address.toLowerCase() ? user : undefined;
      }),
  };
}

function toUser({ user }: UserReply, teamId: string | undefined): SlackUser {
  const { profile } = user;
  const names = [profile?.display_name, profile?.real_name, user.real_name, user.name];
  const marks = [user.deleted, user.is_bot, user.is_restricted, user.is_ultra_restricted, user.is_stranger];
  const restricted = marks.includes(true);
  return {
    id: user.id,
    name: names.find((name) => name !== undefined && name !== '') ?? user.id,
    timezone: user.tz ?? 'Etc/UTC',
    restricted,
    email: restricted || !isOfTeam(user, teamId) ? undefined : confirmedAddress(user),
  };
}

/** People of a company that shares a channel with us are no strangers to Slack, and bring addresses of their own. */
function isOfTeam({ team_id: own, enterprise_user: organisation }: UserReply['user'], teamId: string | undefined) {
  return teamId !== undefined && (own === teamId || (organisation?.teams ?? []).includes(teamId));
}

function confirmedAddress({ profile, is_email_confirmed: confirmed }: UserReply['user']): string | undefined {
  return confirmed === true ? profile?.email || undefined : undefined;
}
