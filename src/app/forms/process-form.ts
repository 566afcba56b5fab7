import { deployInputs } from '../../cards/deploy-form.ts';
import { renderHandedOn } from '../../cards/handed-on.ts';
import { rejectInput } from '../../cards/reject-form.ts';
import { renderNote } from '../../cards/view.ts';
import { commandLine } from '../../domain/command-line.ts';
import { answerApproval } from '../approvals/answer-approval.ts';
import { runCommand } from '../input/run-command.ts';
import type { FormPlace, FormState, SlackInput } from '../input/slack-input.ts';
import type { AnswerDraft, InboxRow } from '../store-ports.ts';
import { type FillFormDeps, fillForm, type Wanted } from './fill-form.ts';
import { lineOf, placeOf, wordsForForm } from './forms.ts';

/** Slack takes answers at a `response_url` for 30 minutes. */
const responseUrlLifeMs = 29 * 60_000;

/**
 * Fills the form that was opened for this input before it was acknowledged. False: none was, or it could not be shown,
 * and the input has to be answered in words. One that its reader has closed needs no answer.
 */
export async function fillOpened(input: SlackInput, row: InboxRow, deps: FillFormDeps): Promise<boolean> {
  if (input.kind !== 'command' && input.kind !== 'action' && input.kind !== 'shortcut') return false;
  const place = placeOf(input, row.receivedAt);
  const wanted = wantedBy(input, deps);
  if (!input.view || !place || !wanted) return false;
  const { externalId, opened } = input.view;
  const form = { wanted, which: { externalId }, place, slackUserId: input.userId, row };
  if (await fillForm(form, deps)) return true;
  if (opened) await deps.store.tables.inbox.done(row.id, 'form_closed', deps.clock.now());
  return opened;
}

/** Carries out what was pressed or chosen inside a form. */
export async function actInForm(
  input: Extract<SlackInput, { kind: 'form_action' }>,
  row: InboxRow,
  deps: FillFormDeps,
): Promise<void> {
  const { form, userId: slackUserId } = input;
  const { place } = form;
  const which = { viewId: form.viewId, hash: form.hash };
  if (input.actionId === deployInputs.project) {
    const words = { words: [input.value], flags: {} };
    const wanted = { kind: 'deploy', words } as const;
    return fillOrDrop({ wanted, which, place, slackUserId, row }, deps);
  }
  const line = lineOf(input);
  if (!line) return deps.store.tables.inbox.done(row.id, 'no_action', deps.clock.now());
  const words = wordsForForm(line, place.channel, deps);
  if (words) return fillOrDrop({ wanted: { kind: 'deploy', words }, which, place, slackUserId, row }, deps);
  const view = renderNote({
    title: 'ChatOps here',
    card: renderHandedOn({ line: input.value, channel: place.channel }),
  });
  // It merely says where the answer is: the answer comes, whether it can be shown or not.
  await deps.slack.updateView({ which, view, place }).catch((error: unknown) => {
    deps.log.warn({ delivery_id: row.key, err: error }, 'form not changed');
  });
  await runCommand({ ...line, ...from(place, slackUserId, { row, deps }) }, deps);
}

/** A form that was sent is the command line that its fields stand for. */
export async function submitForm(
  input: Extract<SlackInput, { kind: 'submission' }>,
  row: InboxRow,
  deps: FillFormDeps,
): Promise<void> {
  const { form, userId } = input;
  if (form.callbackId === 'reject_form') return submitRejection(form, { userId, row }, deps);
  const text = deployText(form);
  if (text === undefined) return deps.store.tables.inbox.done(row.id, 'no_action', deps.clock.now());
  await runCommand({ name: '/deploy', text, ...from(form.place, userId, { row, deps }) }, deps);
}

async function submitRejection(
  { place, values }: FormState,
  { userId, row }: { readonly userId: string; readonly row: InboxRow },
  deps: FillFormDeps,
): Promise<void> {
  const words = values[rejectInput]?.value.trim();
  if (place.requestId === undefined || !words)
    return deps.store.tables.inbox.done(row.id, 'no_action', deps.clock.now());
  const press = { requestId: place.requestId, answer: 'reject', words } as const;
  await answerApproval({ ...press, ...from(place, userId, { row, deps }) }, deps);
}

/** Where the answer to something in a form goes: to where the form was opened. */
export function answerToForm(
  place: FormPlace,
  about: { readonly slackUserId: string; readonly now: Date },
): AnswerDraft['to'] {
  const { channel, threadTs, responseUrl, openedAt } = place;
  const isAlive = about.now.getTime() - openedAt.getTime() < responseUrlLifeMs;
  return responseUrl !== undefined && isAlive
    ? { kind: 'response_url', url: responseUrl, replaceOriginal: false }
    : { kind: 'ephemeral', channel, user: about.slackUserId, threadTs };
}

function from(
  place: FormPlace,
  slackUserId: string,
  { row, deps }: { readonly row: InboxRow; readonly deps: FillFormDeps },
) {
  const to = answerToForm(place, { slackUserId, now: deps.clock.now() });
  return { slackUserId, channel: place.channel, threadTs: place.threadTs, to, row };
}

function wantedBy(
  input: Extract<SlackInput, { kind: 'command' | 'action' | 'shortcut' }>,
  deps: FillFormDeps,
): Wanted | undefined {
  if (input.kind === 'shortcut') return { kind: 'here' };
  if (input.kind === 'action' && input.actionId.split(':')[0] === 'what_ships')
    return { kind: 'what_ships', planId: input.value };
  if (input.kind === 'action' && input.actionId.split(':')[0] === 'approval_reject')
    return { kind: 'approval.reject', requestId: input.value };
  const line = lineOf(input);
  const words = line && wordsForForm(line, input.channelId, deps);
  return words && { kind: 'deploy', words };
}

/** Inside a form nobody waits for words: one that was closed meanwhile needs no answer. */
async function fillOrDrop(form: Parameters<typeof fillForm>[0], deps: FillFormDeps): Promise<void> {
  if (await fillForm(form, deps)) return;
  await deps.store.tables.inbox.done(form.row.id, 'form_closed', deps.clock.now());
}

function deployText({ callbackId, place, values }: FormState): string | undefined {
  const environment = values[deployInputs.environment]?.value.trim();
  const version = values[deployInputs.version]?.value.trim();
  if (callbackId !== 'deploy_form' || !place.project || !environment || !version) return undefined;
  const words = [`${place.project.path}:${environment}`, version, ...(place.flags ?? [])];
  return commandLine('', '/deploy', words).slice('/deploy '.length);
}
