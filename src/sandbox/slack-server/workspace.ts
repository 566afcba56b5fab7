import { randomBytes } from 'node:crypto';
import type { JsonObject } from './json.ts';

export interface SandboxUser {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  /** Default: they have confirmed it. */
  readonly isEmailConfirmed?: boolean;
  /** IANA zone, as `users.info` gives it. */
  readonly tz: string;
  readonly teamId: string;
  readonly isGuest: boolean;
  readonly isBot: boolean;
  readonly deleted: boolean;
}

export interface SandboxChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly isArchived: boolean;
  /** With another company (Slack Connect). Default: it is not. */
  readonly isShared?: boolean;
  readonly members: ReadonlySet<string>;
}

export interface SandboxUserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}

/** One message as the channel shows it. `edits` counts every chat.update; `isEdited` is Slack's visible mark. */
export interface SandboxMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly user: string;
  /** Set when the app wrote it. */
  readonly botId?: string;
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly attachments: readonly JsonObject[];
  readonly metadata?: JsonObject;
  readonly replyBroadcast: boolean;
  readonly edits: number;
  readonly isEdited: boolean;
  readonly deleted: boolean;
}

/** An answer that one user alone sees. `from` is `slackbot` for Slack's own error texts. */
export interface SandboxEphemeral {
  readonly ts: string;
  readonly user: string;
  readonly channel: string;
  readonly threadTs?: string;
  readonly from: 'app' | 'slackbot';
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly attachments: readonly JsonObject[];
}

/** A modal or home tab of one user. `rootId` is the first view of a modal's stack. */
export interface SandboxView {
  readonly id: string;
  readonly user: string;
  readonly type: 'modal' | 'home';
  readonly rootId: string;
  readonly previousId?: string;
  readonly hash: string;
  readonly view: JsonObject;
  /** What the app answered to a submission, by block id. */
  readonly errors: Readonly<Record<string, string>>;
  /** Slack's own words when the app did not answer. */
  readonly trouble?: string;
}

export interface Trigger {
  readonly issuedAt: Date;
  readonly user: string;
  /** The modal it came from: only such a trigger may push. */
  readonly viewId?: string;
  readonly used: boolean;
}

export interface ResponseUrl {
  readonly issuedAt: Date;
  readonly user: string;
  readonly channel: string;
  readonly uses: number;
  /** The message that was clicked; a command has none, so nothing of it can be replaced. */
  readonly source?: { readonly ts: string; readonly isEphemeral: boolean; readonly threadTs?: string };
}

export interface Workspace {
  readonly teamId: string;
  readonly teamName: string;
  readonly teamDomain: string;
  readonly appId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly users: Map<string, SandboxUser>;
  readonly channels: Map<string, SandboxChannel>;
  readonly userGroups: Map<string, SandboxUserGroup>;
  /** Oldest first, deleted ones included. */
  readonly messages: Map<string, SandboxMessage[]>;
  readonly ephemerals: SandboxEphemeral[];
  readonly views: Map<string, SandboxView>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  /** Grows by one for every timestamp, so that a stopped clock still gives different ones. */
  sequence: number;
}

/** A message timestamp: seconds, a dot and six digits that never repeat. */
export function nextTs(workspace: Workspace, now: Date): string {
  workspace.sequence += 1;
  return `${Math.floor(now.getTime() / 1000)}.${String(workspace.sequence).padStart(6, '0')}`;
}

/** An id in Slack's look: a letter or two and ten capitals and digits. */
export function newId(prefix: string): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return prefix + [...randomBytes(10)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

/** Issues a trigger id: single use, three seconds. */
export function issueTrigger(workspace: Workspace, trigger: Omit<Trigger, 'used'>, id?: string): string {
  const issued = id ?? `${trigger.issuedAt.getTime()}.${newId('')}.${randomBytes(16).toString('hex')}`;
  workspace.triggers.set(issued, { ...trigger, used: false });
  return issued;
}

/** The live message of a channel, undefined when there is none or it was deleted. */
export function findMessage(workspace: Workspace, channel: string, ts: string): SandboxMessage | undefined {
  return workspace.messages.get(channel)?.find((message) => message.ts === ts && !message.deleted);
}

/** Adds a message at the end of its channel. */
export function addMessage(workspace: Workspace, message: SandboxMessage): SandboxMessage {
  const list = workspace.messages.get(message.channel) ?? [];
  workspace.messages.set(message.channel, list);
  list.push(message);
  return message;
}

/** Puts `next` in the place of the message with the same channel and ts. */
export function replaceMessage(workspace: Workspace, next: SandboxMessage): void {
  const list = workspace.messages.get(next.channel) ?? [];
  const at = list.findIndex((message) => message.ts === next.ts);
  if (at >= 0) list[at] = next;
}

/** Gives each block without a `block_id`, and each element without an `action_id`, a random one, as Slack does. */
export function withIds(blocks: readonly JsonObject[]): readonly JsonObject[] {
  return blocks.map((block) => ({
    ...mapChildren(block),
    block_id: typeof block['block_id'] === 'string' && block['block_id'] !== '' ? block['block_id'] : shortId(),
  }));
}

const INTERACTIVE =
  /^(button|icon_button|feedback_buttons|workflow_button|overflow|checkboxes|radio_buttons|.*_select|.*picker|.*_input)$/;

function mapChildren(block: JsonObject): JsonObject {
  const next: Record<string, unknown> = { ...block };
  for (const key of ['elements', 'actions'] as const) {
    const list = block[key];
    if (Array.isArray(list)) next[key] = list.map(withActionId);
  }
  for (const key of ['accessory', 'element'] as const)
    if (block[key] !== undefined) next[key] = withActionId(block[key]);
  if (Array.isArray(block['child_blocks'])) next['child_blocks'] = withIds(block['child_blocks'] as JsonObject[]);
  return next;
}

function withActionId(element: unknown): unknown {
  if (typeof element !== 'object' || element === null) return element;
  const known = element as JsonObject;
  if (known['type'] === 'card') return withIds([known])[0];
  const isInteractive = typeof known['type'] === 'string' && INTERACTIVE.test(known['type']);
  return isInteractive && typeof known['action_id'] !== 'string' ? { ...known, action_id: shortId() } : element;
}

function shortId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
