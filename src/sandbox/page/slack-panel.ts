import { Fragment, createElement as h, type ReactNode } from 'react';
import type { SlackServer } from '../slack-server/contract.ts';
import type { SandboxChannel, SandboxEphemeral, SandboxMessage, SandboxUser } from '../slack-server/workspace.ts';
import { type BlockSurroundings, renderBlocks } from './blocks.ts';
import { renderDate } from './dates.ts';
import { renderMrkdwn } from './mrkdwn.ts';

/** Who looks at what: the actor, the channel, the thread beside it, and the project of GitLab. */
export interface Looking {
  readonly slack: SlackServer;
  readonly actor: SandboxUser;
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly project?: string | undefined;
  readonly now: Date;
}

/** Names, times and lists as the actor sees them. */
export function surroundingsOf(looking: Looking): BlockSurroundings {
  const { slack, actor, now } = looking;
  const people = slack.users().filter((user) => !user.deleted);
  const channels = slack.channels().filter((one) => one.members.has(actor.id) && one.kind !== 'im');
  const names = new Map<string, string>([
    ...people.map((user) => [user.id, user.name] as const),
    ...channels.map((one) => [one.id, one.name] as const),
  ]);
  return {
    reader: { timeZone: actor.tz, now, nameOf: (id) => names.get(id) },
    people: people.filter((user) => !user.isBot).map((user) => ({ value: user.id, label: `@${user.name}` })),
    channels: channels.map((one) => ({ value: one.id, label: `#${one.name}` })),
  };
}

/** The channels and direct messages of the actor. */
export function renderChannels(looking: Looking): ReactNode {
  const { slack, actor } = looking;
  const mine = slack.channels().filter((one) => one.members.has(actor.id));
  const entry = (one: SandboxChannel) => {
    const count = slack.messages(one.id).length + slack.ephemerals(actor.id).filter((e) => e.channel === one.id).length;
    const isBotThere = one.members.has(slack.botUserId);
    return h(
      'li',
      { key: one.id },
      h(
        'button',
        {
          type: 'button',
          'data-channel': one.id,
          'data-count': String(count),
          'aria-current': one.id === looking.channel ? 'page' : undefined,
        },
        one.kind === 'im' ? '● ChatOps' : `${one.kind === 'private' ? '🔒' : '#'} ${one.name}`,
        isBotThere ? null : h('small', null, ' (no bot)'),
        h('span', { className: 'pg-badge', hidden: true }),
      ),
    );
  };
  const rooms = mine.filter((one) => one.kind !== 'im');
  const direct = mine.filter((one) => one.kind === 'im');
  return h(
    Fragment,
    null,
    h('h2', null, 'Channels'),
    h('ul', null, ...rooms.map(entry)),
    direct.length === 0 ? null : h('h2', null, 'Direct messages'),
    direct.length === 0 ? null : h('ul', null, ...direct.map(entry)),
  );
}

/** What the channel shows to the actor, their private answers among it, oldest first. */
export function renderTimeline(looking: Looking): ReactNode {
  const { slack, actor, channel } = looking;
  const messages = slack.messages(channel).filter((one) => !one.deleted);
  const answers = slack.ephemerals(actor.id).filter((one) => one.channel === channel && one.threadTs === undefined);
  if (messages.length + answers.length === 0) {
    return renderEmpty(looking);
  }
  return renderEntries(looking, messages, answers, true);
}

/** What to try first: in the channel that hears of releases, a release. */
function renderEmpty({ slack, channel }: Looking): ReactNode {
  const isBotThere = slack.channels().some((one) => one.id === channel && one.members.has(slack.botUserId));
  const commands = h(Fragment, null, 'Type ', h('code', null, '/'), ' below to see the commands.');
  if (!isBotThere) return h('p', { className: 'pg-empty' }, 'Nothing here yet. ', commands);
  return h(
    'div',
    { className: 'pg-empty' },
    h('p', null, 'Nothing here yet. Releases of the project are told in #deploys. To see one:'),
    h(
      'ol',
      null,
      h('li', null, 'On the right, under GitLab, press ', h('strong', null, 'Push tag'), '.'),
      h('li', null, 'Wait until its pipeline stands at a gate: some twenty seconds.'),
      h('li', null, 'Type ', h('code', null, '/deploy prod v1.4.0'), ' below, and follow the thread.'),
    ),
    h('p', null, commands),
  );
}

/** The thread beside the channel, undefined when none is open. */
export function renderThread(looking: Looking): ReactNode {
  const { slack, actor, channel, thread } = looking;
  if (thread === undefined) return null;
  const messages = slack.thread(channel, thread).filter((one) => !one.deleted);
  const answers = slack.ephemerals(actor.id).filter((one) => one.channel === channel && one.threadTs === thread);
  return renderEntries(looking, messages, answers, false);
}

function renderEntries(
  looking: Looking,
  messages: readonly SandboxMessage[],
  answers: readonly SandboxEphemeral[],
  withReplies: boolean,
): ReactNode {
  const entries = [
    ...messages.map((one) => ({ ts: one.ts, node: renderMessage(looking, one, withReplies) })),
    ...answers.map((one) => ({ ts: one.ts, node: renderPrivate(looking, one) })),
  ].sort((a, b) => Number(a.ts) - Number(b.ts));
  return h(Fragment, null, ...entries.map((entry) => entry.node));
}

function renderMessage(looking: Looking, message: SandboxMessage, withReplies: boolean): ReactNode {
  const { slack } = looking;
  const isBot = message.botId !== undefined;
  const replies = slack.thread(message.channel, message.ts).filter((one) => one.ts !== message.ts && !one.deleted);
  const isReply = message.threadTs !== undefined && message.threadTs !== message.ts;
  const parent = isReply ? (message.threadTs ?? '') : message.ts;
  const last = isReply ? undefined : replies.at(-1);
  const label =
    replies.length === 0 ? 'Reply in thread' : `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
  return h(
    'article',
    { className: `sl-message ${isBot ? 'is-bot' : ''}`, key: message.ts, 'data-ts': message.ts },
    renderHead(looking, message.user, message.ts, isBot),
    isReply && withReplies
      ? h('div', { className: 'sl-broadcasted' }, '↳ also sent to the channel from a thread')
      : null,
    h('div', { className: 'sl-body', 'data-message': message.ts }, renderBody(looking, message)),
    message.isEdited ? h('small', null, '(edited)') : null,
    h('button', { type: 'button', className: 'sl-shortcut', 'data-shortcut': message.ts }, '⋯ ChatOps here'),
    withReplies
      ? h(
          'button',
          {
            type: 'button',
            className: `sl-replies ${replies.length === 0 && !isReply ? 'is-quiet' : ''}`,
            'data-thread': parent,
          },
          isReply ? 'View thread' : label,
          last === undefined ? null : h('small', null, ` last reply ${timeOf(looking, last.ts)}`),
        )
      : null,
  );
}

function renderPrivate(looking: Looking, answer: SandboxEphemeral): ReactNode {
  const isApp = answer.from === 'app';
  return h(
    'article',
    { className: `sl-message is-private ${isApp ? 'is-bot' : ''}`, key: answer.ts, 'data-ts': answer.ts },
    h('div', { className: 'sl-only' }, '👁 Only visible to you'),
    renderHead(looking, isApp ? looking.slack.botUserId : 'Slackbot', answer.ts, isApp),
    h('div', { className: 'sl-body', 'data-message': answer.ts, 'data-ephemeral': '1' }, renderBody(looking, answer)),
  );
}

function renderHead(looking: Looking, userId: string, ts: string, isBot: boolean): ReactNode {
  const user = looking.slack.users().find((one) => one.id === userId);
  const name = user?.realName ?? userId;
  return h(
    'div',
    { className: 'sl-head' },
    h(
      'span',
      { className: `sl-avatar av-${userId.slice(-3).toLowerCase()}`, 'aria-hidden': true },
      isBot ? '⚙' : name.charAt(0),
    ),
    h('strong', null, name),
    isBot ? h('span', { className: 'sl-app' }, 'APP') : null,
    h('time', null, timeOf(looking, ts)),
  );
}

function timeOf({ actor, now }: Looking, ts: string): string {
  return renderDate({ timestamp: Number(ts), format: '{time}', fallback: '', timeZone: actor.tz, now });
}

function renderBody(looking: Looking, message: SandboxMessage | SandboxEphemeral): ReactNode {
  const around = surroundingsOf(looking);
  const attached = message.attachments.map((one, index) => {
    const blocks = Array.isArray(one['blocks']) ? (one['blocks'] as typeof message.blocks) : [];
    const text = typeof one['text'] === 'string' ? renderMrkdwn(one['text'], around.reader) : null;
    return h('div', { className: 'sl-attachment', key: index }, text, renderBlocks(blocks, around));
  });
  const body =
    message.blocks.length > 0
      ? renderBlocks(message.blocks, around)
      : h('div', { className: 'sl-text' }, renderMrkdwn(message.text, around.reader));
  return h(Fragment, null, body, ...attached);
}
