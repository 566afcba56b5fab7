import { type JsonObject, readFlag, readText } from '../json.ts';
import { ApiRefusal } from '../refusal.ts';
import type { SandboxUser } from '../workspace.ts';
import { type ApiMethod, type MethodContext, page, requireText } from './context.ts';

export const PEOPLE_METHODS: Readonly<Record<string, ApiMethod>> = {
  'auth.test': { scopes: [], run: authTest },
  'bots.info': { scopes: ['users:read'], run: botInfo },
  'users.info': { scopes: ['users:read'], run: userInfo },
  'users.list': { scopes: ['users:read'], run: userList },
  'users.lookupByEmail': { scopes: ['users:read.email'], run: lookupByEmail },
  'usergroups.list': { scopes: ['usergroups:read'], run: userGroups },
  'usergroups.users.list': { scopes: ['usergroups:read'], run: userGroupUsers },
};

function authTest({ workspace }: MethodContext): JsonObject {
  return {
    url: `https://${workspace.teamDomain}.slack.com/`,
    team: workspace.teamName,
    user: workspace.users.get(workspace.botUserId)?.name,
    team_id: workspace.teamId,
    user_id: workspace.botUserId,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  };
}

function botInfo({ workspace }: MethodContext, args: JsonObject): JsonObject {
  if (requireText(args, 'bot') !== workspace.botId) throw new ApiRefusal('bot_not_found');
  const name = workspace.users.get(workspace.botUserId)?.name;
  return {
    bot: { id: workspace.botId, deleted: false, name, app_id: workspace.appId, user_id: workspace.botUserId },
  };
}

function userInfo(context: MethodContext, args: JsonObject): JsonObject {
  const user = context.workspace.users.get(requireText(args, 'user'));
  if (user === undefined) throw new ApiRefusal('user_not_found');
  return { user: wireUser(context, user) };
}

function userList(context: MethodContext, args: JsonObject): JsonObject {
  const { items, response_metadata } = page([...context.workspace.users.values()], args);
  return { members: items.map((one) => wireUser(context, one)), response_metadata };
}

function lookupByEmail(context: MethodContext, args: JsonObject): JsonObject {
  const email = requireText(args, 'email').toLowerCase();
  const user = [...context.workspace.users.values()].find((one) => one.email.toLowerCase() === email && !one.deleted);
  if (user === undefined) throw new ApiRefusal('users_not_found');
  return { user: wireUser(context, user) };
}

function wireUser({ workspace, now, scopes }: MethodContext, user: SandboxUser): JsonObject {
  const email = scopes.has('users:read.email') && user.email !== '' ? { email: user.email } : {};
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: user.deleted,
    real_name: user.realName,
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: offsetSeconds(user.tz, now),
    profile: { real_name: user.realName, display_name: user.name, ...email },
    is_admin: false,
    is_owner: false,
    is_bot: user.isBot,
    is_email_confirmed: user.isEmailConfirmed ?? user.email !== '',
    is_app_user: false,
    is_restricted: user.isGuest,
    is_ultra_restricted: user.isGuest,
    is_stranger: user.teamId !== workspace.teamId,
    updated: 0,
  };
}

function offsetSeconds(timeZone: string, now: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(now);
  const found = /GMT([+-])(\d\d):(\d\d)/.exec(parts.find((one) => one.type === 'timeZoneName')?.value ?? '');
  if (found === null) return 0;
  const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60;
  return found[1] === '-' ? -seconds : seconds;
}

function userGroups({ workspace }: MethodContext, args: JsonObject): JsonObject {
  return {
    usergroups: [...workspace.userGroups.values()].map((group) => ({
      id: group.id,
      team_id: workspace.teamId,
      is_usergroup: true,
      name: group.name,
      handle: group.handle,
      date_delete: 0,
      ...(readFlag(args, 'include_users') ? { users: group.users } : {}),
      ...(readFlag(args, 'include_count') ? { user_count: group.users.length } : {}),
    })),
  };
}

function userGroupUsers({ workspace }: MethodContext, args: JsonObject): JsonObject {
  const group = workspace.userGroups.get(readText(args, 'usergroup') ?? '');
  if (group === undefined) throw new ApiRefusal('no_such_subteam');
  return { users: group.users };
}
