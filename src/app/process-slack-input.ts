import { renderFailure } from '../cards/failure.ts';
import { renderAway } from '../cards/late-input.ts';
import { type AppError, GitLabError, NotFoundError, PayloadError, SlackError } from '../domain/errors.ts';
import { answerOperation, type OperationPress } from './answer-operation.ts';
import { type ConfirmPlanDeps, cancelPlan, confirmPlan } from './confirm-plan.ts';
import type { AnswerDraft, InboxRow } from './ports.ts';
import { type RunCommandDeps, runCommand } from './run-command.ts';
import type { SlackInput } from './slack-input.ts';

/** All of this room's needs together; what one use case needs is in its own file. */
export interface ProcessSlackInputDeps extends RunCommandDeps, ConfirmPlanDeps {
  readonly decodeSlackInput: (
    body: string,
  ) => SlackInput | { readonly kind: 'malformed'; readonly problem: string } | { readonly kind: 'foreign' };
}

/** Input older than this is answered, never executed: the person has gone on, and so has the world. */
const awayAfterMs = 5 * 60_000;

/** Slack takes answers at a `response_url` for 30 minutes. */
const responseUrlLifeMs = 29 * 60_000;

/**
 * Carries one command, click or mention from the inbox to its use case. Exactly one answer comes of it; the inbox row
 * is done in the same transaction as the effect.
 */
export async function processSlackInput(row: InboxRow, deps: ProcessSlackInputDeps): Promise<void> {
  const input = deps.decodeSlackInput(row.body);
  const now = deps.clock.now();
  if (input.kind === 'malformed' || input.kind === 'foreign') {
    deps.log.warn(
      { delivery_id: row.key, reason: input.kind === 'malformed' ? input.problem : input.kind },
      'slack input dropped',
    );
    await deps.store.tables.inbox.done(row.id, input.kind, now);
    return;
  }
  const to = answerTo(input);
  if (now.getTime() - row.receivedAt.getTime() > awayAfterMs) {
    await deps.store.transaction(async (tables) => {
      await tables.outbox.answer(
        {
          key: `answer/${row.key}`,
          to: stillOpen(to, input, now.getTime() - row.receivedAt.getTime()),
          ...renderAway({ typed: typedText(input), at: row.receivedAt }),
        },
        now,
      );
      await tables.inbox.done(row.id, 'away', now);
    });
    deps.wake('outbox');
    return;
  }
  try {
    await dispatch(input, { row, to }, deps);
  } catch (error) {
    if (!isOfOthers(error)) throw error;
    await answerFailure({ row, to, error }, deps);
  }
}

/** GitLab or Slack failed us: told at once. A mistake of ours, or the store's, is tried again first. */
function isOfOthers(error: unknown): error is AppError {
  return (
    error instanceof GitLabError ||
    error instanceof NotFoundError ||
    error instanceof PayloadError ||
    error instanceof SlackError
  );
}

/** A press that could not be carried out is answered; the card stays, so that it can be pressed again. */
async function answerFailure(
  about: { readonly row: InboxRow; readonly to: AnswerDraft['to']; readonly error: AppError },
  deps: ProcessSlackInputDeps,
): Promise<void> {
  const { row, to, error } = about;
  const now = deps.clock.now();
  deps.log.error({ delivery_id: row.key, err: error }, 'press could not be carried out');
  const fact = error instanceof GitLabError && error.retryable ? 'GitLab does not answer.' : error.message;
  const card = renderFailure({
    code: error.code,
    notDone: 'Your press was not carried out.',
    fact,
    hint: error.hint || 'Press again in a moment.',
    mayHaveStarted: false,
  });
  await deps.store.transaction(async (tables) => {
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
  const from = { slackUserId: input.userId, channel: input.channelId, to, row };
  switch (input.kind) {
    case 'command':
      return runCommand({ ...from, name: input.command, text: input.text }, deps);
    case 'mention': {
      const [name = '', ...rest] = input.text.trim().split(/\s+/);
      return runCommand(
        { ...from, name: `/${name === '' ? 'chatops' : name}`, text: rest.join(' '), threadTs: input.threadTs },
        deps,
      );
    }
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
  const [name = ''] = input.actionId.split(':');
  const operation = (answer: OperationPress['answer']): Promise<void> =>
    answerOperation({ ...from, to: beside(from.to), operationId: input.value, answer }, deps);
  switch (name) {
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
    case 'run_command': {
      const [command = '', ...rest] = input.value.split(' ');
      return runCommand({ ...from, name: command, text: rest.join(' ') }, deps);
    }
    default:
      // A link button reports its press too; it needs no answer.
      await deps.store.tables.inbox.done(from.row.id, 'no_action', deps.clock.now());
  }
}

/** Where the answer goes. A press on a card that only its reader sees replaces that card. */
function answerTo(input: SlackInput): AnswerDraft['to'] {
  switch (input.kind) {
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

/** An answer beside the card, which stays as it is for everybody else. */
function beside(to: AnswerDraft['to']): AnswerDraft['to'] {
  return to.kind === 'response_url' ? { ...to, replaceOriginal: false } : to;
}

/** The same for an old input: a `response_url` that is dead by now is replaced by where it was typed. */
function stillOpen(to: AnswerDraft['to'], input: SlackInput, ageMs: number): AnswerDraft['to'] {
  if (to.kind !== 'response_url' || ageMs < responseUrlLifeMs) return beside(to);
  const threadTs = input.kind === 'command' ? undefined : input.threadTs;
  return { kind: 'ephemeral', channel: input.channelId, user: input.userId, threadTs };
}

function typedText(input: SlackInput): string {
  switch (input.kind) {
    case 'command':
      return `${input.command} ${input.text}`.trim();
    case 'mention':
      return input.text;
    case 'action':
      return 'the button';
  }
}
