import type { JsonObject } from './json.ts';
import type { SandboxMessage, Workspace } from './workspace.ts';

/** The message as the API shows it. */
export function wireMessage(workspace: Workspace, message: SandboxMessage, withMetadata: boolean): JsonObject {
  const replies = (workspace.messages.get(message.channel) ?? []).filter(
    (one) => one.threadTs === message.ts && one.ts !== message.ts && !one.deleted,
  );
  const isParent = replies.length > 0;
  return {
    type: 'message',
    ...(message.replyBroadcast ? { subtype: 'thread_broadcast' } : {}),
    user: message.user,
    ts: message.ts,
    ...(message.botId === undefined ? {} : { bot_id: message.botId, app_id: workspace.appId }),
    text: message.text,
    team: workspace.teamId,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(isParent
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((one) => one.user))],
          latest_reply: replies.at(-1)?.ts,
        }
      : {}),
    ...(message.isEdited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  };
}

/** A link to a message; loopback never answers it, it only has the shape. */
export function permalink(workspace: Workspace, channel: string, ts: string, threadTs?: string): string {
  const link = `https://${workspace.teamDomain}.slack.com/archives/${channel}/p${ts.replace('.', '')}`;
  return threadTs === undefined ? link : `${link}?thread_ts=${threadTs}&cid=${channel}`;
}
