import { z } from 'zod';
import type { SlackInput } from '../app/slack-input.ts';

/** `foreign`: from another workspace. `malformed`: not something that this app handles, with what is wrong. */
export type UndecodedSlackInput =
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'foreign' };

const Option = z.object({ value: z.string() });

const Command = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  channel_id: z.string(),
  team_id: z.string(),
  response_url: z.string(),
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
  actions: z.tuple(
    [
      z.object({
        action_id: z.string(),
        value: z.string().nullish(),
        selected_option: Option.nullish(),
        selected_user: z.string().nullish(),
        selected_channel: z.string().nullish(),
      }),
    ],
    z.unknown(),
  ),
});

const Mention = z.object({
  type: z.literal('event_callback'),
  team_id: z.string(),
  event: z.object({
    type: z.literal('app_mention'),
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
 * is not of `teamId` is foreign.
 * @see https://docs.slack.dev/interactivity/handling-user-interaction
 */
export function decodeSlackInput(body: string, teamId: string): SlackInput | UndecodedSlackInput {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null) return { kind: 'malformed', problem: 'not a JSON object' };
  if ('command' in json) return decodeCommand(json, teamId);
  const type = 'type' in json && typeof json.type === 'string' ? json.type : 'none';
  if (type === 'block_actions') return decodeAction(json, teamId);
  if (type === 'event_callback') return decodeMention(json, teamId);
  return { kind: 'malformed', problem: `payload type ${type.slice(0, 40)} is not handled` };
}

function decodeCommand(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = Command.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { data } = parsed;
  if (data.team_id !== teamId) return { kind: 'foreign' };
  return {
    kind: 'command',
    command: data.command,
    text: data.text,
    userId: data.user_id,
    channelId: data.channel_id,
    responseUrl: data.response_url,
  };
}

function decodeAction(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = BlockActions.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { team, user, channel, container, message, response_url: responseUrl, actions } = parsed.data;
  if (team.id !== teamId || user.team_id !== teamId) return { kind: 'foreign' };
  const [action] = actions;
  return {
    kind: 'action',
    actionId: action.action_id,
    value: action.value ?? action.selected_option?.value ?? action.selected_user ?? action.selected_channel ?? '',
    userId: user.id,
    channelId: channel.id,
    messageTs: container.message_ts,
    threadTs: container.thread_ts ?? message?.thread_ts,
    responseUrl,
    ephemeral: container.is_ephemeral ?? false,
  };
}

function decodeMention(json: object, teamId: string): SlackInput | UndecodedSlackInput {
  const parsed = Mention.safeParse(json);
  if (!parsed.success) return malformed(parsed.error);
  const { team_id: receivedBy, event } = parsed.data;
  if (event.bot_id !== undefined) return { kind: 'malformed', problem: 'written by a bot' };
  const teams = [receivedBy, event.team, event.user_team, event.source_team];
  if (teams.some((team) => typeof team === 'string' && team !== teamId)) return { kind: 'foreign' };
  return {
    kind: 'mention',
    text: event.text.replace(/^[^]*?<@[A-Z0-9]+(?:\|[^>]*)?>\s*/, ''),
    userId: event.user,
    channelId: event.channel,
    ts: event.ts,
    threadTs: event.thread_ts,
  };
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
