import { type JsonObject, readFlag, readText } from '../json.ts';
import { ApiRefusal } from '../refusal.ts';
import { wireMessage } from '../wire-message.ts';
import type { SandboxChannel, SandboxMessage, SandboxUser, Workspace } from '../workspace.ts';
import { type ApiMethod, isMember, type MethodContext, page, requireChannel, requireText } from './context.ts';

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const CONVERSATION_METHODS: Readonly<Record<string, ApiMethod>> = {
  'conversations.history': { scopes: HISTORY, run: history },
  'conversations.replies': { scopes: HISTORY, run: replies },
  'conversations.info': { scopes: READ, run: conversation },
  'conversations.list': { scopes: READ, run: list },
  'conversations.open': { scopes: ['im:write', 'mpim:write', 'channels:manage', 'groups:write'], run: open },
};

const KIND_SCOPES = {
  public: { read: 'channels:read', history: 'channels:history' },
  private: { read: 'groups:read', history: 'groups:history' },
  im: { read: 'im:read', history: 'im:history' },
} as const;

/** The direct message between the app and a user, made when it is first needed. */
export function directMessage(workspace: Workspace, user: SandboxUser): SandboxChannel {
  const id = `D${user.id.slice(1)}`;
  const known = workspace.channels.get(id);
  if (known !== undefined) return known;
  const made: SandboxChannel = {
    id,
    name: user.name,
    kind: 'im',
    isArchived: false,
    members: new Set([user.id, workspace.botUserId]),
  };
  workspace.channels.set(id, made);
  return made;
}

function history(context: MethodContext, args: JsonObject): JsonObject {
  const channel = readableChannel(context, args);
  const shown = liveMessages(context.workspace, channel.id)
    .filter((one) => one.threadTs === undefined || one.threadTs === one.ts || one.replyBroadcast)
    .filter(within(args))
    .toReversed();
  return messagePage(context.workspace, shown, args);
}

function replies(context: MethodContext, args: JsonObject): JsonObject {
  const channel = readableChannel(context, args);
  const ts = requireText(args, 'ts');
  const live = liveMessages(context.workspace, channel.id);
  const named = live.find((one) => one.ts === ts);
  if (named === undefined) throw new ApiRefusal('thread_not_found');
  const inside = within(args);
  // The parent always comes first, whatever the limits of time are.
  const shown = live.filter((one) => one.ts === ts || (one.threadTs === ts && inside(one)));
  return messagePage(context.workspace, shown, args);
}

function messagePage(workspace: Workspace, shown: readonly SandboxMessage[], args: JsonObject): JsonObject {
  const withMetadata = readFlag(args, 'include_all_metadata');
  const { items, response_metadata } = page(shown, args);
  return {
    messages: items.map((one) => wireMessage(workspace, one, withMetadata)),
    has_more: response_metadata.next_cursor !== '',
    response_metadata,
  };
}

function readableChannel(context: MethodContext, args: JsonObject): SandboxChannel {
  const channel = requireChannel(context, args);
  const needed = KIND_SCOPES[channel.kind].history;
  if (!context.scopes.has(needed)) throw missingScope(needed, context.scopes);
  if (!isMember(context, channel)) throw new ApiRefusal('not_in_channel');
  return channel;
}

/** The answer when the token lacks a scope. */
export function missingScope(needed: string, scopes: ReadonlySet<string>): ApiRefusal {
  return new ApiRefusal('missing_scope', { needed, provided: [...scopes].join(',') });
}

function liveMessages(workspace: Workspace, channel: string): readonly SandboxMessage[] {
  return (workspace.messages.get(channel) ?? []).filter((one) => !one.deleted);
}

function within(args: JsonObject): (message: SandboxMessage) => boolean {
  const oldest = Number(readText(args, 'oldest') ?? 0);
  const latest = Number(readText(args, 'latest') ?? Number.POSITIVE_INFINITY);
  const isInclusive = readFlag(args, 'inclusive');
  return (message) => {
    const at = Number(message.ts);
    return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  };
}

function conversation(context: MethodContext, args: JsonObject): JsonObject {
  const channel = requireChannel(context, args);
  const needed = KIND_SCOPES[channel.kind].read;
  if (!context.scopes.has(needed)) throw missingScope(needed, context.scopes);
  return { channel: wireChannel(context, channel) };
}

function list(context: MethodContext, args: JsonObject): JsonObject {
  const types = (readText(args, 'types') ?? 'public_channel').split(',').map((one) => one.trim());
  const wanted = [...context.workspace.channels.values()].filter(
    (one) =>
      types.includes(one.kind === 'im' ? 'im' : `${one.kind}_channel`) &&
      context.scopes.has(KIND_SCOPES[one.kind].read) &&
      (one.kind !== 'private' || isMember(context, one)) &&
      !(readFlag(args, 'exclude_archived') && one.isArchived),
  );
  const { items, response_metadata } = page(wanted, args);
  return { channels: items.map((one) => wireChannel(context, one)), response_metadata };
}

function wireChannel(context: MethodContext, channel: SandboxChannel): JsonObject {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: channel.kind === 'im',
    is_private: channel.kind !== 'public',
    is_archived: channel.isArchived,
    is_ext_shared: channel.isShared ?? false,
    is_shared: channel.isShared ?? false,
    is_org_shared: false,
    is_pending_ext_shared: false,
    is_mpim: false,
    context_team_id: context.workspace.teamId,
    ...(channel.kind === 'im' ? {} : { is_member: isMember(context, channel), num_members: channel.members.size }),
  };
}

function open(context: MethodContext, args: JsonObject): JsonObject {
  const ids = (readText(args, 'users') ?? '').split(',').filter((one) => one !== '');
  const user = context.workspace.users.get(ids[0] ?? '');
  if (user === undefined) throw new ApiRefusal(ids.length === 0 ? 'users_list_not_supplied' : 'user_not_found');
  if (ids.length > 1) throw new ApiRefusal('not_enough_users');
  return { channel: { id: directMessage(context.workspace, user).id } };
}
