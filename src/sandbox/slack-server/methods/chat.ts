import { type JsonObject, readFlag, readText } from '../json.ts';
import { type MessageContent, readContent } from '../message-content.ts';
import { ApiRefusal } from '../refusal.ts';
import { permalink, wireMessage } from '../wire-message.ts';
import {
  addMessage,
  findMessage,
  nextTs,
  replaceMessage,
  type SandboxChannel,
  type SandboxMessage,
  type Workspace,
} from '../workspace.ts';
import { type ApiMethod, isMember, type MethodContext, requireChannel, requireText } from './context.ts';
import { directMessage } from './conversations.ts';

/** `chat.update` refuses longer text, while a post would cut it. */
const MAX_UPDATE_TEXT = 4000;

export const CHAT_METHODS: Readonly<Record<string, ApiMethod>> = {
  'chat.postMessage': { scopes: ['chat:write'], run: postMessage },
  'chat.postEphemeral': { scopes: ['chat:write'], run: postEphemeral },
  'chat.update': { scopes: ['chat:write'], run: updateMessage },
  'chat.delete': { scopes: ['chat:write'], run: deleteMessage },
  'chat.getPermalink': { scopes: [], run: getPermalink },
};

function postMessage(context: MethodContext, args: JsonObject): JsonObject {
  const channel = postingChannel(context, args);
  const content = readContent(args);
  const threadTs = readThread(context.workspace, channel.id, args);
  const message = addMessage(context.workspace, {
    ...content,
    channel: channel.id,
    ts: nextTs(context.workspace, context.now),
    ...(threadTs === undefined ? {} : { threadTs }),
    user: context.workspace.botUserId,
    botId: context.workspace.botId,
    replyBroadcast: threadTs !== undefined && readFlag(args, 'reply_broadcast'),
    edits: 0,
    isEdited: false,
    deleted: false,
  });
  return { channel: channel.id, ts: message.ts, message: wireMessage(context.workspace, message, true) };
}

/** The channel to post to. A user id opens the direct message; names are not resolved, since Slack promises nothing. */
function postingChannel(context: MethodContext, args: JsonObject): SandboxChannel {
  const named = requireText(args, 'channel');
  const user = context.workspace.users.get(named);
  if (user !== undefined) return directMessage(context.workspace, user);
  const channel = requireChannel(context, args);
  if (channel.isArchived) throw new ApiRefusal('is_archived');
  const mayPostUninvited = channel.kind === 'public' && context.scopes.has('chat:write.public');
  if (!isMember(context, channel) && !mayPostUninvited) throw new ApiRefusal('not_in_channel');
  return channel;
}

/** The thread of a message. It must be the ts of a live parent, as text: a reply's ts or a number is refused. */
function readThread(workspace: Workspace, channel: string, args: JsonObject): string | undefined {
  const given = args['thread_ts'];
  if (given === undefined || given === null || given === '') return undefined;
  const parent = typeof given === 'string' ? findMessage(workspace, channel, given) : undefined;
  if (parent === undefined || (parent.threadTs !== undefined && parent.threadTs !== parent.ts)) {
    throw new ApiRefusal('invalid_thread_ts');
  }
  return parent.ts;
}

function postEphemeral(context: MethodContext, args: JsonObject): JsonObject {
  const channel = requireChannel(context, args);
  const user = requireText(args, 'user');
  if (channel.isArchived) throw new ApiRefusal('is_archived');
  if (!isMember(context, channel)) throw new ApiRefusal('not_in_channel');
  if (!channel.members.has(user)) throw new ApiRefusal('user_not_in_channel');
  const { text, blocks, attachments } = readContent(args);
  const threadTs = readThread(context.workspace, channel.id, args);
  const ts = nextTs(context.workspace, context.now);
  // In a thread nobody has answered in yet, Slack takes the message and shows it to nobody.
  if (threadTs !== undefined && !hasReplies(context.workspace, channel.id, threadTs)) return { message_ts: ts };
  context.workspace.ephemerals.push({
    ts,
    user,
    channel: channel.id,
    ...(threadTs === undefined ? {} : { threadTs }),
    from: 'app',
    text,
    blocks,
    attachments,
  });
  return { message_ts: ts };
}

function hasReplies(workspace: Workspace, channel: string, ts: string): boolean {
  return (workspace.messages.get(channel) ?? []).some((one) => one.threadTs === ts && one.ts !== ts && !one.deleted);
}

function updateMessage(context: MethodContext, args: JsonObject): JsonObject {
  const channel = requireChannel(context, args);
  const message = ownMessage(context, channel.id, requireText(args, 'ts'), 'cant_update_message');
  if (channel.isArchived) throw new ApiRefusal('is_archived');
  if ((readText(args, 'text') ?? '').length > MAX_UPDATE_TEXT) throw new ApiRefusal('msg_too_long');
  const next = updated(message, readContent(args));
  replaceMessage(context.workspace, next);
  const shown = wireMessage(context.workspace, next, true);
  return { channel: channel.id, ts: next.ts, text: next.text, message: shown };
}

/** The message after an update: blocks and attachments that were not sent are gone, metadata stays. */
export function updated(message: SandboxMessage, content: MessageContent): SandboxMessage {
  return {
    ...message,
    text: content.text,
    blocks: content.blocks,
    attachments: content.attachments,
    ...(content.metadata === undefined ? {} : { metadata: content.metadata }),
    edits: message.edits + 1,
    // Slack shows "(edited)" only for plain text.
    isEdited: content.blocks.length === 0,
  };
}

function deleteMessage(context: MethodContext, args: JsonObject): JsonObject {
  const channel = requireChannel(context, args);
  const message = ownMessage(context, channel.id, requireText(args, 'ts'), 'cant_delete_message');
  replaceMessage(context.workspace, { ...message, deleted: true });
  return { channel: channel.id, ts: message.ts };
}

function ownMessage(context: MethodContext, channel: string, ts: string, notOwn: string): SandboxMessage {
  const message = findMessage(context.workspace, channel, ts);
  if (message === undefined) throw new ApiRefusal('message_not_found');
  if (message.botId !== context.workspace.botId) throw new ApiRefusal(notOwn);
  return message;
}

function getPermalink(context: MethodContext, args: JsonObject): JsonObject {
  const channel = requireChannel(context, args);
  const message = findMessage(context.workspace, channel.id, requireText(args, 'message_ts'));
  if (message === undefined) throw new ApiRefusal('message_not_found');
  return { channel: channel.id, permalink: permalink(context.workspace, channel.id, message.ts, message.threadTs) };
}
