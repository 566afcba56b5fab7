import type { Card } from '../../cards/card.ts';
import { renderAway } from '../../cards/late-input.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import { renderNote } from '../../cards/view.ts';
import { code, say, time } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { beside } from '../beside.ts';
import type { FillFormDeps } from '../forms/fill-form.ts';
import { placeOf } from '../forms/forms.ts';
import { isStillOpen } from '../still-open.ts';
import type { AnswerDraft, InboxRow } from '../store-ports.ts';
import { inputsPerMinute, type RateVerdict } from './command-rate.ts';
import { identifyForRecord } from './identify-actor.ts';
import { inputEntry } from './input-entry.ts';
import type { SlackInput } from './slack-input.ts';

/** Why an input is not carried out, in words for the person; without a card they were told before. */
interface Undone {
  readonly reason: 'away' | 'too_many_commands' | 'shared_channel';
  /** Of the form, if one was opened for it. */
  readonly title: string;
  readonly card: Card;
  readonly isTold: boolean;
}

/** Answers an input without doing anything, and records that nothing was done. */
export async function leaveUndone(
  input: SlackInput,
  about: Undone & { readonly row: InboxRow; readonly to: AnswerDraft['to'] },
  deps: FillFormDeps,
): Promise<void> {
  const { row, to, reason, card, isTold } = about;
  // What comes on top of too much is not looked at, or it would be work all the same.
  const actor = isTold ? undefined : await identifyForRecord(input.userId, deps);
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    if (actor) {
      const entry = inputEntry(input, { actor, at: now, commandPrefix: deps.settings().commandPrefix });
      await tables.audit.append({ ...entry, outcome: 'refused', reason });
      const open = whereOpen(to, input, now.getTime() - row.receivedAt.getTime());
      await tables.outbox.answer({ key: `answer/${row.key}`, to: open, ...card }, now);
    }
    await tables.inbox.done(row.id, reason, now);
  });
  if (!isTold) deps.wake('outbox');
  await tellInForm(input, about, deps);
}

/** What was typed or pressed while the bot was down: it is never carried out late. */
export function away(input: SlackInput, { receivedAt }: InboxRow): Undone {
  const card = renderAway({ typed: typedText(input), at: receivedAt });
  return { reason: 'away', title: 'Too late', card, isTold: false };
}

/** What would change something, from where other workspaces read along. */
export function fromShared(refusal: Refusal): Undone {
  return { reason: 'shared_channel', title: 'Not from here', card: renderRefusal(refusal), isTold: false };
}

/** What one person asks for on top of what they may within a minute. */
export function tooMany(rate: Exclude<RateVerdict, { kind: 'ok' }>): Undone {
  const { until } = rate;
  const card = renderRefusal({
    code: 'too_many_commands',
    notDone: say`Nothing was done.`,
    fact: say`You asked for more than ${code(String(inputsPerMinute))} things within a minute, so I do nothing for you until ${time(until)}.`,
    todo: [{ kind: 'say', phrase: say`Ask again after that.` }],
  });
  return { reason: 'too_many_commands', title: 'Too many', card, isTold: rate.kind === 'drop' };
}

/** The same for an old input: a `response_url` that is dead by now is replaced by where it was typed. */
function whereOpen(to: AnswerDraft['to'], input: SlackInput, ageMs: number): AnswerDraft['to'] {
  if (isStillOpen(to, ageMs)) return beside(to);
  if (input.kind === 'form_action' || input.kind === 'submission') return to;
  const threadTs = input.kind === 'command' ? undefined : input.threadTs;
  return { kind: 'ephemeral', channel: input.channelId, user: input.userId, threadTs };
}

/** A form that was opened for it would say for ever that it is loading. */
async function tellInForm(
  input: SlackInput,
  { row, title, card }: Undone & { readonly row: InboxRow },
  deps: FillFormDeps,
): Promise<void> {
  const view = 'view' in input ? input.view : undefined;
  const place = placeOf(input, row.receivedAt);
  if (!view || !place) return;
  await deps.slack.updateView({ which: view, view: renderNote({ title, card }), place }).catch((error: unknown) => {
    // The answer says the same.
    deps.log.warn({ delivery_id: row.key, err: error }, 'form not changed');
  });
}

function typedText(input: SlackInput): string {
  switch (input.kind) {
    case 'command':
      return `${input.command} ${input.text}`.trim();
    case 'mention':
      return input.text;
    case 'action':
    case 'form_action':
      return 'the button';
    case 'submission':
      return 'the form';
    case 'shortcut':
      return 'the entry in the menu';
  }
}
