import { renderFailure } from '../../cards/failure.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import { asInstalled } from '../../domain/command-line.ts';
import { type AppError, GitLabError } from '../../domain/errors.ts';
import { say, user } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { answerApproval } from '../approvals/answer-approval.ts';
import { readApprove } from '../approvals/approve-press.ts';
import { beside } from '../beside.ts';
import type { FillFormDeps } from '../forms/fill-form.ts';
import { actInForm, answerToForm, fillOpened, submitForm } from '../forms/process-form.ts';
import { tellBackOfPress, waitForGitLab } from '../locks/wait-for-gitlab.ts';
import { type ShowLogDeps, showLog } from '../notices/show-log.ts';
import { isOfOthers } from '../of-others.ts';
import { type AnswerOperationDeps, answerOperation, type OperationPress } from '../operations/answer-operation.ts';
import { type ConfirmPlanDeps, cancelPlan, confirmPlan } from '../operations/confirm-plan.ts';
import { reviewOverride } from '../overrides/review-override.ts';
import type { AnswerDraft, InboxRow } from '../store-ports.ts';
import { readRetryPress } from '../tasks/retry-press.ts';
import { answerHere } from './answer-here.ts';
import type { CommandRate } from './command-rate.ts';
import { identifyForRecord } from './identify-actor.ts';
import { inputEntry } from './input-entry.ts';
import { away, fromShared, leaveUndone, tooMany } from './leave-undone.ts';
import { effectOf, pressName } from './presses.ts';
import { readMention } from './read-mention.ts';
import { refuseShared } from './refuse-shared.ts';
import { runCommand } from './run-command.ts';
import type { ForeignInput, SlackInput } from './slack-input.ts';

/** All of this room's needs together; what one use case needs is in its own file. */
export type ProcessSlackInputDeps = FillFormDeps &
  ConfirmPlanDeps &
  AnswerOperationDeps &
  Pick<ShowLogDeps, 'maskSecrets'> & {
    readonly commandRate: CommandRate;
    readonly decodeSlackInput: (
      body: string,
    ) => SlackInput | { readonly kind: 'malformed'; readonly problem: string } | ForeignInput;
  };

/** Input older than this is answered, never executed: the person has gone on, and so has the world. */
const awayAfterMs = 5 * 60_000;

/**
 * Carries one command, click or mention from the inbox to its use case. Exactly one answer comes of it; the inbox row
 * is done in the same transaction as the effect.
 */
export async function processSlackInput(row: InboxRow, deps: ProcessSlackInputDeps): Promise<void> {
  const input = deps.decodeSlackInput(row.body);
  const now = deps.clock.now();
  if (input.kind === 'malformed' || input.kind === 'foreign') return drop(input, row, deps);
  const to = answerTo(input, now);
  if (now.getTime() - row.receivedAt.getTime() > awayAfterMs)
    return leaveUndone(input, { row, to, ...away(input, row) }, deps);
  // A choice inside a form asks for nothing yet.
  const rate = input.kind === 'form_action' ? undefined : deps.commandRate.take(input.userId, row.receivedAt);
  if (rate && rate.kind !== 'ok') return leaveUndone(input, { row, to, ...tooMany(rate) }, deps);
  try {
    const refusal = await refuseHere(input, deps);
    if (refusal) return await leaveUndone(input, { row, to, ...fromShared(refusal) }, deps);
    if (await fillOpened(input, row, deps)) return;
    await dispatch(input, { row, to }, deps);
  } catch (error) {
    if (!isOfOthers(error)) throw error;
    await answerFailure({ input, row, to, error }, deps);
  }
}

/** What a press or a form would change is not changed from where other workspaces read along. */
function refuseHere(input: SlackInput, deps: ProcessSlackInputDeps): Promise<Refusal | undefined> {
  const channel = 'channelId' in input ? input.channelId : input.form.place.channel;
  return refuseShared({ effect: effectOf(input), notDone: say`Nothing was done.` }, channel, deps);
}

/** Nobody is answered: not who is none of ours, nor what nobody typed. */
async function drop(
  input: ForeignInput | { readonly kind: 'malformed'; readonly problem: string },
  row: InboxRow,
  deps: ProcessSlackInputDeps,
): Promise<void> {
  const now = deps.clock.now();
  const reason = input.kind === 'malformed' ? input.problem : input.kind;
  deps.log.warn({ delivery_id: row.key, reason }, 'slack input dropped');
  // A crowd of strangers fills no audit.
  const isRecorded = input.kind === 'foreign' && deps.commandRate.take('foreign', row.receivedAt).kind === 'ok';
  await deps.store.transaction(async (tables) => {
    if (isRecorded) {
      const actor = { slackUserId: input.userId ?? 'unknown', gitlab: undefined };
      await tables.audit.append({ at: now, actor, action: 'slack.input', outcome: 'refused', reason: 'foreign' });
    }
    await tables.inbox.done(row.id, input.kind, now);
  });
}

/** A press that could not be carried out is answered; the card stays, so that it can be pressed again. */
async function answerFailure(
  about: {
    readonly input: SlackInput;
    readonly row: InboxRow;
    readonly to: AnswerDraft['to'];
    readonly error: AppError;
  },
  deps: ProcessSlackInputDeps,
): Promise<void> {
  const { input, row, to, error } = about;
  const actor = await identifyForRecord(input.userId, deps);
  const now = deps.clock.now();
  deps.log.error({ delivery_id: row.key, err: error }, 'press could not be carried out');
  const fact = error instanceof GitLabError && error.retryable ? 'GitLab does not answer.' : error.message;
  const card = renderFailure({
    code: error.code,
    notDone: 'Your press was not carried out.',
    fact,
    hint: asInstalled(error.hint, deps.settings().commandPrefix) || 'Press again in a moment.',
    mayHaveStarted: false,
    buttons: input.kind === 'action' ? await tellBackOfPress(error, input, deps) : [],
  });
  await deps.store.transaction(async (tables) => {
    const entry = inputEntry(input, { actor, at: now, commandPrefix: deps.settings().commandPrefix });
    await tables.audit.append({ ...entry, outcome: 'failed', reason: error.code });
    await tables.outbox.answer({ key: `answer/${row.key}`, to: beside(to), ...card }, now);
    await tables.inbox.done(row.id, error.code, now);
  });
  deps.wake('outbox');
}

async function dispatch(
  input: SlackInput,
  about: { readonly row: InboxRow; readonly to: AnswerDraft['to'] },
  deps: ProcessSlackInputDeps,
): Promise<void> {
  const { row, to } = about;
  if (input.kind === 'form_action') return actInForm(input, row, deps);
  if (input.kind === 'submission') return submitForm(input, row, deps);
  const from = { slackUserId: input.userId, channel: input.channelId, to, row };
  switch (input.kind) {
    case 'command':
      return runCommand({ ...from, name: input.command, text: input.text }, deps);
    case 'mention': {
      const said = readMention(input.text, { commands: deps.commands, prefix: deps.settings().commandPrefix });
      const here = { ...from, threadTs: input.threadTs };
      return said.kind === 'command' ? runCommand({ ...here, ...said }, deps) : answerHere({ ...here, ...said }, deps);
    }
    case 'shortcut':
      return answerHere({ ...from, threadTs: input.threadTs ?? input.messageTs, unknown: undefined }, deps);
    case 'action':
      return act(input, { ...from, threadTs: input.threadTs }, deps);
  }
}

type From = {
  readonly slackUserId: string;
  readonly channel: string;
  readonly threadTs: string | undefined;
  readonly to: AnswerDraft['to'];
  readonly row: InboxRow;
};

async function act(
  input: Extract<SlackInput, { kind: 'action' }>,
  from: From,
  deps: ProcessSlackInputDeps,
): Promise<void> {
  const [, owner = ''] = input.actionId.split(':');
  const operation = (answer: OperationPress['answer']): Promise<void> =>
    answerOperation({ ...from, to: beside(from.to), operationId: input.value, answer }, deps);
  switch (pressName(input.actionId)) {
    case 'plan_confirm':
      return confirmPlan({ ...from, planId: input.value }, deps);
    case 'plan_cancel':
      return cancelPlan({ ...from, planId: input.value }, deps);
    case 'operation_promote':
      return operation('promote');
    case 'operation_stop':
      return operation('stop');
    case 'operation_cancel':
      return operation('cancel');
    case 'override_reviewed':
      return reviewOverride({ ...from, to: beside(from.to), reviewId: input.value }, deps);
    case 'job_log':
      return showLog({ ...from, to: beside(from.to), value: input.value }, deps);
    case 'job_retry':
      return retry(input.value, { ...from, to: beside(from.to) }, deps);
    case 'run_command':
      return runLine(input.value, from, deps);
    case 'wait_gitlab':
      return waitForGitLab({ ...from, line: input.value }, deps);
    case 'waited_plan':
      return showWaitedPlan({ owner, line: input.value }, from, deps);
    case 'approval_approve':
      return answerApproval({ ...from, ...readApprove(input.value), answer: 'approve' }, deps);
    case 'approval_withdraw':
      return answerApproval({ ...from, requestId: input.value, answer: 'withdraw' }, deps);
    case 'approval_reject':
    case 'what_ships':
      return answerUnopened(from, deps);
    case undefined:
      // A link button reports its press too; it needs no answer.
      await deps.store.tables.inbox.done(from.row.id, 'no_action', deps.clock.now());
  }
}

/** A whole command line, as a button carries it. */
function runLine(line: string, from: From, deps: ProcessSlackInputDeps): Promise<void> {
  const [name = '', ...rest] = line.split(' ');
  return runCommand({ ...from, name, text: rest.join(' ') }, deps);
}

/** Everybody sees the button, which leads whoever waited to a plan and starts nothing. */
async function showWaitedPlan(
  { owner, line }: { readonly owner: string; readonly line: string },
  from: From,
  deps: ProcessSlackInputDeps,
): Promise<void> {
  const [name = '', ...rest] = line.split(' ');
  if (from.slackUserId === owner)
    return runCommand({ ...from, to: beside(from.to), name, text: rest.join(' '), onlyPlan: true }, deps);
  return answerRefusal(
    {
      code: 'plan_not_owner',
      notDone: say`Nothing was done.`,
      fact: say`This button belongs to ${user(owner)}, who waited.`,
      todo: [{ kind: 'type', line: `/${deps.settings().commandPrefix}${line.slice(1)}` }],
    },
    { ...from, action: 'waited.plan' },
    deps,
  );
}

async function retry(value: string, from: From, deps: ProcessSlackInputDeps): Promise<void> {
  const read = await readRetryPress(value, { tables: deps.store.tables, settings: deps.settings() });
  return read.kind === 'line'
    ? runLine(read.line, from, deps)
    : answerRefusal(read.refusal, { ...from, action: 'job.retry' }, deps);
}

async function answerRefusal(
  refusal: Refusal,
  from: From & { readonly action: string },
  deps: ProcessSlackInputDeps,
): Promise<void> {
  const { row, to, action, channel, threadTs } = from;
  const actor = await identifyForRecord(from.slackUserId, deps);
  const now = deps.clock.now();
  const card = renderRefusal(refusal);
  await deps.store.transaction(async (tables) => {
    const entry = { at: now, actor, action, channel, threadTs };
    await tables.audit.append({ ...entry, outcome: 'refused', reason: refusal.code });
    await tables.outbox.answer({ key: `answer/${row.key}`, to: beside(to), ...card }, now);
    await tables.inbox.done(row.id, refusal.code, now);
  });
  deps.wake('outbox');
}

/** Slack opens a form within three seconds of the press or never. */
async function answerUnopened(from: From, deps: ProcessSlackInputDeps): Promise<void> {
  const { row, to, channel, threadTs } = from;
  const actor = await identifyForRecord(from.slackUserId, deps);
  const now = deps.clock.now();
  const card = renderFailure({
    code: 'form_not_opened',
    notDone: 'Slack did not open the form.',
    hint: 'Press again.',
    mayHaveStarted: false,
  });
  await deps.store.transaction(async (tables) => {
    const entry = { at: now, actor, action: 'what_ships.form', channel, threadTs } as const;
    await tables.audit.append({ ...entry, outcome: 'failed', reason: 'form_not_opened' });
    await tables.outbox.answer({ key: `answer/${row.key}`, to: beside(to), ...card }, now);
    await tables.inbox.done(row.id, 'form_not_opened', now);
  });
  deps.wake('outbox');
}

/** Where the answer goes. A press on a card that only its reader sees replaces that card. */
function answerTo(input: SlackInput, now: Date): AnswerDraft['to'] {
  switch (input.kind) {
    case 'form_action':
    case 'submission':
      return answerToForm(input.form.place, { slackUserId: input.userId, now });
    case 'shortcut':
      return input.responseUrl === undefined
        ? { kind: 'ephemeral', channel: input.channelId, user: input.userId, threadTs: input.threadTs }
        : { kind: 'response_url', url: input.responseUrl, replaceOriginal: false };
    case 'command':
      return { kind: 'response_url', url: input.responseUrl, replaceOriginal: false };
    case 'mention':
      return { kind: 'ephemeral', channel: input.channelId, user: input.userId, threadTs: input.threadTs };
    case 'action':
      return input.responseUrl === undefined
        ? { kind: 'ephemeral', channel: input.channelId, user: input.userId, threadTs: input.threadTs }
        : { kind: 'response_url', url: input.responseUrl, replaceOriginal: input.ephemeral };
  }
}
