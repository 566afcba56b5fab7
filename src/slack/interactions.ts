import { z } from 'zod';
import type { OptionsQuery } from '../app/forms/slack-forms.ts';
import type { ForeignInput, FormState, OpenedView, SlackInput } from '../app/input/slack-input.ts';
import { decodePlace } from './view-place.ts';

/** `malformed`: not something that this app handles, with what is wrong. */
export type UndecodedSlackInput = { readonly kind: 'malformed'; readonly problem: string } | ForeignInput;

const Option = z.object({ value: z.string() });

/** What we ourselves put beside Slack's words when we stored them. */
const Opened = z
  .object({ external_id: z.string(), opened: z.boolean() })
  .transform((view): OpenedView => ({ externalId: view.external_id, opened: view.opened }))
  .optional();

/** What an input of a form holds. */
const Choice = z.object({
  value: z.string().nullish(),
  selected_option: Option.nullish(),
  selected_user: z.string().nullish(),
  selected_channel: z.string().nullish(),
});

const View = z.object({
  id: z.string(),
  hash: z.string().default(''),
  callback_id: z.string().default(''),
  private_metadata: z.string().default(''),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), Choice)) }).nullish(),
});

const Who = z.object({ team: z.object({ id: z.string() }), user: z.object({ id: z.string(), team_id: z.string() }) });

const InForm = Who.extend({ view: View });

const Pressed = Choice.extend({ action_id: z.string() });

const FormAction = InForm.extend({ actions: z.tuple([Pressed], z.unknown()) });

/** In the menu of a message the person's workspace may be left out; it is then the one that sends. */
const Shortcut = z.object({
  callback_id: z.string(),
  team: z.object({ id: z.string() }),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  channel: z.object({ id: z.string() }),
  message: z.object({ ts: z.string(), thread_ts: z.string().optional() }),
  response_url: z.string().optional(),
  chatops_view: Opened,
});

const Command = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  channel_id: z.string(),
  team_id: z.string(),
  response_url: z.string(),
  chatops_view: Opened,
});

const BlockActions = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id: z.string() }),
  user: z.object({ id: z.string(), team_id: z.string() }),
  channel: z.object({ id: z.string() }),
  container: z
    .object({
      message_ts: z.string().optional(),
      thread_ts: z.string().optional(),
      is_ephemeral: z.boolean().optional(),
    })
    .default({}),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  response_url: z.string().optional(),
  chatops_view: Opened,
  actions: z.tuple([Pressed], z.unknown()),
});

const Mention = z.object({
  type: z.literal('event_callback'),
  team_id: z.string(),
  event: z.object({
    type: z.enum(['app_mention', 'message']),
    /** Of a message: `im` where one writes to the bot alone. */
    channel_type: z.string().optional(),
    subtype: z.string().optional(),
    user: z.string(),
    text: z.string(),
    channel: z.string(),
    ts: z.string(),
    thread_ts: z.string().optional(),
    bot_id: z.string().optional(),
    /** The writer's workspace; left out by Slack where the channel is not shared. */
    team: z.string().nullish(),
    user_team: z.string().nullish(),
    source_team: z.string().nullish(),
  }),
});

/**
 * Reads a stored Slack payload. In channels shared with other companies their people can type and press too: whoever
 * is not of `teamId` is foreign. So is what was meant for another app than `appId`, where that is known.
 * @see https://docs.slack.dev/interactivity/handling-user-interaction
 */
export function decodeSlackInput(body: string, teamId: string, appId?: string): SlackInput | UndecodedSlackInput {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null) return { kind: 'malformed', problem: 'not a JSON object' };
  const isOthers = appId !== undefined && 'api_app_id' in json && json.api_app_id !== appId;
  if (isOthers) return { kind: 'foreign' };
  if ('command' in json) return decodeCommand(json, teamId);
  const type = 'type' in json && typeof json.type === 'string' ? json.type : 'none';
  if (type === 'block_actions') return 'view' in json ? decodeFormAction(json, teamId) : decodeAction(json, teamId);
  if (type === 'view_submission') return decodeSubmission(json, teamId);
  if (type === 'message_action') return decodeShortcut(json, teamId);
  if (type === 'event_callback') return decodeMention(json, teamId);
  return { kind: 'malformed', problem: `payload type ${type.slice(0, 40)} is not handled` };
}

function decodeCommand(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = Command.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { data } = parsed;
  if (data.team_id !== teamId) return { kind: 'foreign', userId: data.user_id };
  return {
    kind: 'command',
    command: data.command,
    text: data.text,
    userId: data.user_id,
    channelId: data.channel_id,
    responseUrl: data.response_url,
    view: data.chatops_view,
  };
}

function decodeAction(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = BlockActions.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { team, user, channel, container, message, response_url: responseUrl, actions } = parsed.data;
  if (team.id !== teamId || user.team_id !== teamId) return { kind: 'foreign', userId: user.id };
  const [action] = actions;
  return {
    kind: 'action',
    actionId: action.action_id,
    value: valueOf(action),
    userId: user.id,
    channelId: channel.id,
    messageTs: container.message_ts,
    threadTs: container.thread_ts ?? message?.thread_ts,
    responseUrl,
    ephemeral: container.is_ephemeral ?? false,
    view: parsed.data.chatops_view,
  };
}

function decodeFormAction(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = FormAction.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { team, user, view, actions } = parsed.data;
  if (team.id !== teamId || user.team_id !== teamId) return { kind: 'foreign', userId: user.id };
  const form = toForm(view);
  if (!form) return { kind: 'malformed', problem: 'view.private_metadata: not ours' };
  const [action] = actions;
  return { kind: 'form_action', actionId: action.action_id, value: valueOf(action), userId: user.id, form };
}

function decodeSubmission(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = InForm.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { team, user, view } = parsed.data;
  if (team.id !== teamId || user.team_id !== teamId) return { kind: 'foreign', userId: user.id };
  const form = toForm(view);
  return form
    ? { kind: 'submission', userId: user.id, form }
    : { kind: 'malformed', problem: 'view.private_metadata: not ours' };
}

function decodeShortcut(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = Shortcut.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { data } = parsed;
  if (data.team.id !== teamId || (data.user.team_id ?? teamId) !== teamId)
    return { kind: 'foreign', userId: data.user.id };
  return {
    kind: 'shortcut',
    callbackId: data.callback_id,
    userId: data.user.id,
    channelId: data.channel.id,
    messageTs: data.message.ts,
    threadTs: data.message.thread_ts,
    responseUrl: data.response_url,
    view: data.chatops_view,
  };
}

const Suggestion = InForm.extend({ action_id: z.string(), value: z.string().default('') });

/** What somebody types into a select of one of our forms; undefined: not of ours, or not of our people. */
export function decodeSuggestion(json: unknown, teamId: string): OptionsQuery | undefined {
  const { data } = Suggestion.safeParse(json);
  if (!data || data.team.id !== teamId || data.user.team_id !== teamId) return undefined;
  const place = decodePlace(data.view.private_metadata);
  return place && { actionId: data.action_id, typed: data.value, place };
}

function toForm(view: z.infer<typeof View>): FormState | undefined {
  const place = decodePlace(view.private_metadata);
  const inputs = Object.entries(view.state?.values ?? {}).flatMap(([blockId, actions]) =>
    Object.entries(actions).map(([actionId, choice]) => [actionId, { blockId, value: valueOf(choice) }] as const),
  );
  return (
    place && {
      viewId: view.id,
      hash: view.hash,
      callbackId: view.callback_id,
      place,
      values: Object.fromEntries(inputs),
    }
  );
}

function valueOf(choice: z.infer<typeof Choice>): string {
  return choice.value ?? choice.selected_option?.value ?? choice.selected_user ?? choice.selected_channel ?? '';
}

function decodeMention(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = Mention.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { team_id: receivedBy, event } = parsed.data;
  if (event.bot_id !== undefined) return { kind: 'malformed', problem: 'written by a bot' };
  if (event.type === 'message' && (event.channel_type !== 'im' || event.subtype !== undefined)) {
    return { kind: 'malformed', problem: 'a message that is not to the bot' };
  }
  const teams = [receivedBy, event.team, event.user_team, event.source_team];
  if (teams.some((team) => typeof team === 'string' && team !== teamId)) return { kind: 'foreign', userId: event.user };
  return {
    kind: 'mention',
    text: event.type === 'message' ? withoutOwnName(event.text) : afterMention(event.text),
    userId: event.user,
    channelId: event.channel,
    ts: event.ts,
    threadTs: event.thread_ts,
  };
}

/** What stands behind the first name that is called. */
function afterMention(text: string): string {
  return text.replace(/^[^]*?<@[A-Z0-9]+(?:\|[^>]*)?>\s*/, '');
}

/** Whoever writes to the bot alone need not call it by its name. */
function withoutOwnName(text: string): string {
  return text.replace(/^\s*<@[A-Z0-9]+(?:\|[^>]*)?>\s*/, '');
}

/** Names the places and what is wrong there; never the values. */
function malformed(error: z.ZodError): UndecodedSlackInput {
  const problem = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ');
  return { kind: 'malformed', problem };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Whatever it is: the caller says that it is not JSON.
    return undefined;
  }
}
