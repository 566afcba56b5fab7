import { renderAskedLine } from '../../cards/asked-line.ts';
import { SlackError } from '../../domain/errors.ts';
import { currentStep, type Operation } from '../../domain/operation.ts';
import { messageUrl } from '../notices/open-thread.ts';
import type { SlackGateway } from '../ports.ts';
import { responseUrlLifeMs } from '../still-open.ts';
import type { AnswerDraft, Tables } from '../store-ports.ts';

/**
 * Where a deed that is told elsewhere was asked for, and how a line can be kept up to date there: as a message where
 * the bot is a member, else as the answer that only the asker sees. Undefined where it is told in that channel anyway.
 */
export async function whereAsked(
  press: {
    readonly channel: string;
    readonly threadTs?: string | undefined;
    readonly to: AnswerDraft['to'];
    readonly toldIn: string;
    readonly now: Date;
  },
  slack: Pick<SlackGateway, 'place'>,
): Promise<Operation['asked']> {
  const { channel, threadTs, to, toldIn, now } = press;
  if (channel === toldIn) return undefined;
  // In a thread that is not ours a message of its own would stand apart from what it answers.
  if (threadTs === undefined && (await isMember(channel, slack))) return { channel };
  if (to.kind !== 'response_url') return undefined;
  return { channel, answer: { url: to.url, until: new Date(now.getTime() + responseUrlLifeMs) } };
}

/** Brings the line up to date, if there is one. An answer can be changed four times, so only what matters is told. */
export async function showWhereAsked(tables: Pick<Tables, 'outbox'>, operation: Operation, now: Date): Promise<void> {
  const { asked, id } = operation;
  if (!asked) return;
  const card = renderAskedLine({ operation, threadUrl: messageUrl(operation.rootKey) });
  if (!asked.answer) {
    const key = `${asked.channel}/operation:${id}/asked`;
    return tables.outbox.put({ key, channel: asked.channel, rootKey: undefined, lane: 'deployment', ...card }, now);
  }
  const step = currentStep(operation);
  const isAsking = operation.state === 'active' && (step?.step.kind === 'ask' || step?.step.kind === 'approve');
  if (now >= asked.answer.until || (operation.state === 'active' && !isAsking)) return;
  const moment = isAsking ? `question:${step.index}` : operation.state;
  const to = { kind: 'response_url', url: asked.answer.url, replaceOriginal: true } as const;
  await tables.outbox.answer({ key: `asked/${id}/${moment}`, to, ...card }, now);
}

/**
 * Where an answer goes that comes too late for its `response_url`: to where it was asked for, as far as the bot may post
 * there, else to where the deed is told. The asker alone sees it.
 */
export async function whereLate(
  asked: {
    readonly slackUserId: string;
    readonly at: { readonly channel: string; readonly threadTs?: string | undefined } | undefined;
    readonly toldIn: string;
  },
  slack: Pick<SlackGateway, 'place'>,
): Promise<Extract<AnswerDraft['to'], { kind: 'ephemeral' }>> {
  const { slackUserId: user, at, toldIn } = asked;
  const isOpen = at && (at.channel === toldIn || at.channel.startsWith('D') || (await isMember(at.channel, slack)));
  return { kind: 'ephemeral', user, channel: isOpen ? at.channel : toldIn, threadTs: isOpen ? at.threadTs : undefined };
}

/** Where Slack does not say so, as in a direct message, the bot is taken for none. */
async function isMember(channel: string, slack: Pick<SlackGateway, 'place'>): Promise<boolean> {
  try {
    return (await slack.place(channel))?.isMember ?? false;
  } catch (error) {
    if (error instanceof SlackError) return false;
    throw error;
  }
}
