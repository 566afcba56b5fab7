import { type ActorDeps, actingIn, activeUser, escapeCommandText, postAsUser, tellUser } from './commands.ts';
import type { Delivery } from './deliver.ts';
import type { JsonObject } from './json.ts';
import { SandboxRefusal } from './refusal.ts';
import { viewsOf, wireView } from './views.ts';
import { findMessage, newId, nextTs } from './workspace.ts';

export interface MentionInput {
  readonly user: string;
  readonly channel: string;
  /** The words after the mention; the mention itself is put in front when it is not there. */
  readonly text: string;
  readonly threadTs?: string;
  readonly eventId?: string;
}

/**
 * Writes a message that mentions the app. Where the app is not a member, Slack tells the writer and sends nothing. In
 * a direct message to it no mention is needed, and Slack sends the message as such.
 * @see https://docs.slack.dev/reference/events/app_mention
 * @see https://docs.slack.dev/reference/events/message.im
 */
export async function mentionApp(deps: ActorDeps, input: MentionInput): Promise<Delivery> {
  const { workspace } = deps;
  const { user, channel } = actingIn(workspace, input.user, input.channel);
  if (input.threadTs !== undefined && findMessage(workspace, channel.id, input.threadTs) === undefined) {
    throw new SandboxRefusal(`there is no thread ${input.threadTs}`);
  }
  const name = `@${workspace.users.get(workspace.botUserId)?.name ?? ''}`;
  const given = input.text.replaceAll(name, `<@${workspace.botUserId}>`);
  const mention = `<@${workspace.botUserId}>`;
  const words = given.split(mention).map((part) => escapeCommandText(workspace, part));
  const isDirect = channel.kind === 'im';
  const text = given.includes(mention) || isDirect ? words.join(mention) : `${mention} ${words.join('')}`;
  const thread = input.threadTs === undefined ? {} : { threadTs: input.threadTs };
  const message = postAsUser(deps, { channel: channel.id, user: user.id, text, ...thread });
  deps.changed();
  if (!channel.members.has(workspace.botUserId)) {
    tellUser(
      deps,
      { user: user.id, channel: channel.id },
      `${name} is not in #${channel.name}. /invite ${name} first.`,
    );
    deps.changed();
    return { status: 0, body: undefined, ms: 0, timedOut: false };
  }
  const delivery = await deps.deliver.event(
    envelope(deps, input.eventId, {
      ...(isDirect ? { type: 'message', channel_type: 'im' } : { type: 'app_mention', user_team: user.teamId }),
      user: user.id,
      text,
      ts: message.ts,
      team: workspace.teamId,
      channel: channel.id,
      event_ts: message.ts,
      ...(input.threadTs === undefined ? {} : { thread_ts: input.threadTs }),
    }),
  );
  deps.changed();
  return delivery;
}

/** Writes a plain message, which the app does not hear of: only mentions are events it asked for. */
export function say(deps: ActorDeps, input: Omit<MentionInput, 'eventId'>): void {
  const { user, channel } = actingIn(deps.workspace, input.user, input.channel);
  const thread = input.threadTs === undefined ? {} : { threadTs: input.threadTs };
  const text = escapeCommandText(deps.workspace, input.text);
  postAsUser(deps, { channel: channel.id, user: user.id, text, ...thread });
  deps.changed();
}

/** Opens the app's home tab, which tells the app. */
export async function openHome(deps: ActorDeps, userId: string): Promise<Delivery> {
  const { workspace } = deps;
  const user = activeUser(workspace, userId);
  const view = viewsOf(workspace, user.id).find((one) => one.type === 'home');
  const event = {
    type: 'app_home_opened',
    user: user.id,
    channel: `D${user.id.slice(1)}`,
    tab: 'home',
    event_ts: nextTs(workspace, deps.now()),
    ...(view === undefined ? {} : { view: wireView(workspace, view) }),
  };
  return deps.deliver.event(envelope(deps, undefined, event));
}

function envelope({ workspace, token, now }: ActorDeps, eventId: string | undefined, event: JsonObject): JsonObject {
  return {
    token,
    team_id: workspace.teamId,
    api_app_id: workspace.appId,
    event,
    type: 'event_callback',
    event_id: eventId ?? newId('Ev'),
    event_time: Math.floor(now().getTime() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.teamId,
        user_id: workspace.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: newId('4-'),
  };
}
