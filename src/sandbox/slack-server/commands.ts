import { type Deliver, type Delivery, isSuccess } from './deliver.ts';
import { isObject, type JsonObject } from './json.ts';
import { ApiRefusal, SandboxRefusal } from './refusal.ts';
import { issueResponseUrl, showAnswer } from './response-urls.ts';
import {
  addMessage,
  issueTrigger,
  nextTs,
  type SandboxChannel,
  type SandboxMessage,
  type SandboxUser,
  type Workspace,
} from './workspace.ts';

export interface ActorDeps {
  readonly workspace: Workspace;
  readonly now: () => Date;
  readonly deliver: Deliver;
  readonly url: () => string;
  readonly token: string;
  readonly shouldEscape: boolean;
  /** What the app last offered for an external select, by action id: only that can be chosen. */
  readonly offered: Map<string, readonly JsonObject[]>;
  readonly changed: () => void;
}

export interface CommandInput {
  readonly user: string;
  readonly channel: string;
  readonly command: string;
  readonly text: string;
  readonly triggerId?: string;
}

/**
 * Types a slash command. It is sent once: when the app does not answer in time, the user sees Slack's error.
 * @see https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export async function typeCommand(deps: ActorDeps, input: CommandInput): Promise<Delivery> {
  const { workspace } = deps;
  const { user, channel } = actingIn(workspace, input.user, input.channel);
  if (input.command === '/invite') return inviteApp(deps, channel, input.text);
  const issuedAt = deps.now();
  const use = { issuedAt, user: user.id, channel: channel.id };
  const path = issueResponseUrl(workspace, use, 'commands');
  const delivery = await deps.deliver.form('command', {
    token: deps.token,
    team_id: user.teamId,
    team_domain: workspace.teamDomain,
    channel_id: channel.id,
    channel_name: channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
    user_id: user.id,
    user_name: user.name,
    command: input.command,
    text: deps.shouldEscape ? escapeCommandText(workspace, input.text.trim()) : input.text.trim(),
    api_app_id: workspace.appId,
    is_enterprise_install: 'false',
    response_url: deps.url() + path,
    trigger_id: issueTrigger(workspace, { issuedAt, user: user.id }, input.triggerId),
  });
  showAcknowledgement(deps, input, delivery, path);
  deps.changed();
  return delivery;
}

/** The person and the channel of a deed; refuses what Slack's client would not let them do. */
export function actingIn(
  workspace: Workspace,
  userId: string,
  channelId: string,
): { readonly user: SandboxUser; readonly channel: SandboxChannel } {
  const user = activeUser(workspace, userId);
  const channel = workspace.channels.get(channelId);
  if (channel === undefined) throw new SandboxRefusal(`there is no channel ${channelId}`);
  if (!channel.members.has(userId)) throw new SandboxRefusal(`${user.name} is not in #${channel.name}`);
  return { user, channel };
}

/** The person, unless unknown or deactivated. */
export function activeUser(workspace: Workspace, userId: string): SandboxUser {
  const user = workspace.users.get(userId);
  if (user === undefined) throw new SandboxRefusal(`there is no user ${userId}`);
  if (user.deleted) throw new SandboxRefusal(`${user.name} is deactivated`);
  return user;
}

/** Shows a text that Slack itself writes to one user. */
export function tellUser(deps: ActorDeps, to: { readonly user: string; readonly channel: string }, text: string): void {
  const ts = nextTs(deps.workspace, deps.now());
  deps.workspace.ephemerals.push({ ...to, ts, from: 'slackbot', text, blocks: [], attachments: [] });
}

/** A message that a person typed, in the channel or in a thread. */
export function postAsUser(deps: ActorDeps, message: Pick<SandboxMessage, 'channel' | 'user' | 'text' | 'threadTs'>) {
  const ts = nextTs(deps.workspace, deps.now());
  const rest = { blocks: [], attachments: [], replyBroadcast: false, edits: 0, isEdited: false, deleted: false };
  return addMessage(deps.workspace, { ...message, ...rest, ts });
}

function showAcknowledgement(deps: ActorDeps, input: CommandInput, delivery: Delivery, path: string): void {
  const to = { user: input.user, channel: input.channel };
  if (!isSuccess(delivery)) {
    const error = delivery.timedOut ? 'operation_timeout' : 'dispatch_failed';
    return tellUser(deps, to, `${input.command} failed with the error "${error}"`);
  }
  const body = isObject(delivery.body)
    ? delivery.body
    : { text: typeof delivery.body === 'string' ? delivery.body : '' };
  if (body['response_type'] === 'in_channel') {
    postAsUser(deps, { ...to, text: `${input.command} ${input.text}`.trim() });
  }
  const url = deps.workspace.responseUrls.get(path);
  if (url === undefined || Object.keys(body).length === 0 || body['text'] === '') return;
  try {
    showAnswer(deps.workspace, url, body, deps.now());
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    tellUser(deps, to, `${input.command} failed with the error "invalid_command_response"`);
  }
}

/** Slack's own `/invite @app`: how people mend "not in channel". */
function inviteApp(deps: ActorDeps, channel: SandboxChannel, text: string): Delivery {
  const { workspace } = deps;
  const name = text.trim().replace(/^@/, '').toLowerCase();
  const invited = [...workspace.users.values()].find((one) => one.name === name);
  if (invited === undefined) throw new SandboxRefusal(`there is no ${text.trim()} to invite`);
  workspace.channels.set(channel.id, { ...channel, members: new Set([...channel.members, invited.id]) });
  deps.changed();
  return { status: 200, body: '', ms: 0, timedOut: false };
}

/** Endings that Slack takes for a web address, so that `v1.4.0.dev` arrives as a link. */
const DOMAIN = /^[\w-]+(\.[\w-]+)*\.(com|org|net|io|dev|app|co|ai|sh|me|eu|de|fr|uk|us)(\/\S*)?$/i;

/**
 * Command text as an app with `should_escape` gets it: `@ann` and `#deploys` as ids, addresses in angle brackets.
 * Whether a bare domain comes wrapped is not documented; wrapping it is the harder case for the reader.
 */
export function escapeCommandText(workspace: Workspace, text: string): string {
  return text
    .split(/(\s+)/)
    .map((word) => escapeWord(workspace, word))
    .join('');
}

function escapeWord(workspace: Workspace, word: string): string {
  const user = [...workspace.users.values()].find((one) => word === `@${one.name}`);
  if (user !== undefined) return `<@${user.id}|${user.name}>`;
  const group = [...workspace.userGroups.values()].find((one) => word === `@${one.handle}`);
  if (group !== undefined) return `<!subteam^${group.id}|@${group.handle}>`;
  const channel = [...workspace.channels.values()].find((one) => word === `#${one.name}`);
  if (channel !== undefined) return `<#${channel.id}|${channel.kind === 'private' ? '' : channel.name}>`;
  const broadcast = /^@(here|channel|everyone)$/.exec(word);
  if (broadcast !== null) return `<!${broadcast[1]}>`;
  const escaped = escapeText(word);
  if (/^https?:\/\/\S+$/.test(word)) return `<${escaped}>`;
  return DOMAIN.test(word) ? `<http://${escaped}|${escaped}>` : escaped;
}

/** Slack's three escapes. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
