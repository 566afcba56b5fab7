import { type ActorDeps, actingIn, activeUser, tellUser } from './commands.ts';
import { type Delivery, isSuccess } from './deliver.ts';
import {
  describeAction,
  type FoundElement,
  type InputValue,
  type InputValues,
  listElements,
  readState,
} from './elements.ts';
import type { JsonObject } from './json.ts';
import { readText } from './json.ts';
import { SandboxRefusal } from './refusal.ts';
import { issueResponseUrl } from './response-urls.ts';
import { wireView } from './views.ts';
import { wireMessage } from './wire-message.ts';
import {
  findMessage,
  issueTrigger,
  nextTs,
  type ResponseUrl,
  type SandboxChannel,
  type SandboxUser,
  type Trigger,
} from './workspace.ts';

export interface ClickInput {
  readonly user: string;
  readonly channel: string;
  readonly messageTs: string;
  readonly actionId: string;
  /** For a button its value, to tell two alike apart; for a select the chosen option. */
  readonly value?: InputValue;
  readonly blockId?: string;
  /** What the message's inputs hold, for `state.values`. */
  readonly values?: InputValues;
  readonly triggerId?: string;
}

export interface ClickViewInput {
  readonly user: string;
  readonly viewId: string;
  readonly actionId: string;
  readonly value?: InputValue;
  readonly blockId?: string;
  readonly values?: InputValues;
}

/** Presses a button, or chooses in a select, of a message that everybody sees. */
export async function clickMessage(deps: ActorDeps, input: ClickInput): Promise<Delivery> {
  const { workspace } = deps;
  const { user, channel } = actingIn(workspace, input.user, input.channel);
  const message = findMessage(workspace, channel.id, input.messageTs);
  if (message === undefined) throw new SandboxRefusal(`there is no message ${input.messageTs} in #${channel.name}`);
  const found = requireElement(deps, message.blocks, input);
  const threadTs = message.threadTs;
  return sendClick(deps, input, {
    user,
    channel,
    found,
    blocks: message.blocks,
    source: { ts: message.ts, isEphemeral: false, ...(threadTs === undefined ? {} : { threadTs }) },
    shown: { message: wireMessage(workspace, message, true) },
  });
}

/** Presses a button of an answer that only this user sees. Slack sends no message with it, only a response_url. */
export async function clickEphemeral(deps: ActorDeps, input: ClickInput): Promise<Delivery> {
  const { workspace } = deps;
  const { user, channel } = actingIn(workspace, input.user, input.channel);
  const seen = workspace.ephemerals.find(
    (one) => one.user === user.id && one.channel === channel.id && one.ts === input.messageTs,
  );
  if (seen === undefined) throw new SandboxRefusal(`${user.name} sees no answer ${input.messageTs}`);
  const found = requireElement(deps, seen.blocks, input);
  return sendClick(deps, input, {
    user,
    channel,
    found,
    blocks: seen.blocks,
    source: { ts: seen.ts, isEphemeral: true, ...(seen.threadTs === undefined ? {} : { threadTs: seen.threadTs }) },
    shown: {},
  });
}

/** Presses a button, or chooses in a select, inside a modal or the home tab. */
export async function clickView(deps: ActorDeps, input: ClickViewInput): Promise<Delivery> {
  const { workspace } = deps;
  const user = activeUser(workspace, input.user);
  const stored = workspace.views.get(input.viewId);
  if (stored === undefined || stored.user !== user.id)
    throw new SandboxRefusal(`${user.name} sees no view ${input.viewId}`);
  const blocks = stored.view['blocks'] as readonly JsonObject[];
  const found = requireElement(deps, blocks, input);
  const delivery = await deps.deliver.form('interaction', {
    payload: JSON.stringify({
      type: 'block_actions',
      ...identity(deps, user, { viewId: stored.id }),
      container: { type: 'view', view_id: stored.id },
      view: wireView(workspace, stored, readState(blocks, input.values ?? {})),
      actions: [action(deps, found, input.value)],
    }),
  });
  deps.changed();
  return delivery;
}

export interface ShortcutInput {
  readonly user: string;
  readonly channel: string;
  readonly messageTs: string;
  /** As the manifest calls it. */
  readonly callbackId: string;
  readonly triggerId?: string;
}

/**
 * Chooses the app's entry in the menu of a message, one's own or anybody's, whether the app is in the channel or not.
 * @see https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
 */
export async function useShortcut(deps: ActorDeps, input: ShortcutInput): Promise<Delivery> {
  const { workspace } = deps;
  const { user, channel } = actingIn(workspace, input.user, input.channel);
  const message = findMessage(workspace, channel.id, input.messageTs);
  if (message === undefined) throw new SandboxRefusal(`there is no message ${input.messageTs} in #${channel.name}`);
  const use = { issuedAt: deps.now(), user: user.id, channel: channel.id };
  const path = issueResponseUrl(workspace, use, 'actions');
  const delivery = await deps.deliver.form('interaction', {
    payload: JSON.stringify({
      type: 'message_action',
      ...identity(deps, user, {}, input.triggerId),
      callback_id: input.callbackId,
      action_ts: nextTs(workspace, deps.now()),
      message_ts: message.ts,
      channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
      message: wireMessage(workspace, message, false),
      response_url: deps.url() + path,
    }),
  });
  if (!isSuccess(delivery)) {
    tellUser(deps, { user: user.id, channel: channel.id }, '⚠ The app did not answer. Nothing may have happened.');
  }
  deps.changed();
  return delivery;
}

interface Click {
  readonly user: SandboxUser;
  readonly channel: SandboxChannel;
  readonly found: FoundElement;
  readonly blocks: readonly JsonObject[];
  readonly source: NonNullable<ResponseUrl['source']>;
  readonly shown: JsonObject;
}

async function sendClick(deps: ActorDeps, input: ClickInput, click: Click): Promise<Delivery> {
  const { user, channel, source } = click;
  const use = { issuedAt: deps.now(), user: user.id, channel: channel.id, source };
  const path = issueResponseUrl(deps.workspace, use, 'actions');
  const pressed = action(deps, click.found, input.value);
  const delivery = await deps.deliver.form('interaction', {
    payload: JSON.stringify({
      type: 'block_actions',
      ...identity(deps, user, {}, input.triggerId),
      container: {
        type: 'message',
        message_ts: source.ts,
        channel_id: channel.id,
        is_ephemeral: source.isEphemeral,
        ...(source.threadTs === undefined ? {} : { thread_ts: source.threadTs }),
      },
      channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
      ...click.shown,
      state: { values: readState(click.blocks, input.values ?? {}) },
      response_url: deps.url() + path,
      actions: [pressed],
    }),
  });
  if (!isSuccess(delivery)) {
    // Slack marks the button with a warning sign; the text below stands for it.
    tellUser(deps, { user: user.id, channel: channel.id }, '⚠ The app did not answer. Nothing may have happened.');
  }
  deps.changed();
  return delivery;
}

/** Who acts, in which team, for which app, with a fresh trigger: what every interaction starts with. */
export function identity(
  deps: ActorDeps,
  user: SandboxUser,
  trigger: Pick<Trigger, 'viewId'>,
  triggerId?: string,
): JsonObject {
  const { workspace } = deps;
  const issuedAt = deps.now();
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    api_app_id: workspace.appId,
    token: deps.token,
    team: { id: workspace.teamId, domain: workspace.teamDomain },
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: issueTrigger(workspace, { issuedAt, user: user.id, ...trigger }, triggerId),
  };
}

/** The element that is pressed. Elements of different blocks may share an action id: then the value decides. */
function requireElement(
  deps: ActorDeps,
  blocks: readonly JsonObject[],
  input: Pick<ClickInput, 'actionId' | 'blockId' | 'value'>,
): FoundElement {
  const { actionId, blockId, value } = input;
  const offered = deps.offered.get(actionId);
  const found = listElements(blocks)
    .filter((one) => one.element['action_id'] === actionId && (blockId === undefined || one.blockId === blockId))
    .find((one) => describeAction(one, value, offered) !== undefined);
  if (found === undefined) throw new SandboxRefusal(`there is no such ${actionId} to press here now`);
  return found;
}

function action(deps: ActorDeps, found: FoundElement, value: InputValue | undefined): JsonObject {
  const offered = deps.offered.get(readText(found.element, 'action_id') ?? '');
  return { ...describeAction(found, value, offered), action_ts: nextTs(deps.workspace, deps.now()) };
}
