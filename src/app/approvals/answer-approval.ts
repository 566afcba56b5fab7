import { renderApprovalAnswered } from '../../cards/approval-answered.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import type { Actor } from '../../domain/actor.ts';
import {
  type ApprovalRequest,
  decideVote,
  decideWithdrawal,
  operationOf,
  type Vote,
  withoutVote,
  withVote,
} from '../../domain/approval.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import { say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { identifyActor } from '../input/identify-actor.ts';
import type { Linking } from '../links/linking.ts';
import { readAuthors } from '../notices/read-authors.ts';
import type { Settings, SlackContent, SlackGateway } from '../ports.ts';
import type { AnswerDraft, Tables } from '../store-ports.ts';
import { type AnswerInGitLabDeps, answerInGitLab } from './answer-in-gitlab.ts';
import { approvalEntry } from './approval-entry.ts';
import { type ApprovalAnswer, explainVote } from './explain-vote.ts';
import { refuseApprover } from './refuse-approver.ts';
import { changeApproval } from './show-approval.ts';

export interface AnswerApprovalDeps extends AnswerInGitLabDeps {
  readonly findLink: Linking['findLink'];
  readonly settings: () => Settings;
  readonly gitlab: AnswerInGitLabDeps['gitlab'] &
    Pick<
      GitLabReads,
      'userByName' | 'userByEmail' | 'accessLevel' | 'groupAccessLevel' | 'protections' | 'changes' | 'mergeRequests'
    >;
  readonly slack: Pick<SlackGateway, 'user' | 'groupMembers'>;
}

/** What somebody says to a request for approval. */
export interface ApprovalPress {
  readonly requestId: string;
  readonly answer: ApprovalAnswer;
  /** A comment; of a rejection the reason. */
  readonly words?: string | undefined;
  /** The one of GitLab's rules that it is for, where several fit. */
  readonly as?: string | undefined;
  readonly slackUserId: string;
  readonly channel: string;
  readonly to: AnswerDraft['to'];
  readonly row: { readonly id: number; readonly key: string };
}

const maxWords = 300;

/**
 * Takes somebody's word on a request: whether it counts is decided in the transaction that stores it, so of two presses
 * at once each counts for what it finds. A refusal is told to the presser alone, and the card stays as it is.
 */
export async function answerApproval(press: ApprovalPress, deps: AnswerApprovalDeps): Promise<void> {
  const { requestId, answer, slackUserId } = press;
  const request = await deps.store.tables.approvals.find(requestId);
  if (!request) return refuse(press, { refusal: goneRefusal() }, deps);
  const { actor, restricted } = await identifyActor(slackUserId, { ...deps, settings: deps.settings() });
  if (request.gitlab && answer !== 'withdraw' && !restricted)
    return recordGitLab({ ...press, answer }, { request, actor }, deps);
  const refusal =
    answer === 'withdraw' ? undefined : await refuseApprover(request, { actor, restricted, answer }, deps);
  if (refusal) return refuse(press, { refusal, actor, request }, deps);
  const authors = answer === 'approve' && !request.terms.authors ? await readAuthors(request, deps.gitlab) : [];
  const now = deps.clock.now();
  const outcome = await deps.store.transaction(async (tables) => {
    const held = (await tables.approvals.find(requestId)) ?? request;
    const decision =
      answer === 'withdraw' ? decideWithdrawal(held, actor) : decideVote(held, { voter: actor, answer, authors }, now);
    if (decision.kind === 'refuse') {
      const told = explainVote(decision, { request: held, answer });
      await writeRefusal(tables, press, { refusal: told, actor, request: held, now, settings: deps.settings() });
      return told.code;
    }
    const next = await apply(tables, { held, actor, press, now });
    await changeApproval(tables, { held, next, now });
    await tables.operations.wake(held.project.id, held.pipelineId, now);
    await tables.audit.append({
      ...auditOf(press, { actor, request: held, now, settings: deps.settings() }),
      outcome: 'succeeded',
      reason: next.state,
    });
    await answerPress(tables, press, { card: renderApprovalAnswered({ request: next, answer }), result: answer, now });
    return next.state;
  });
  deps.wake('outbox');
  deps.wake('operations');
  deps.log.info(
    {
      operation_id: operationOf(request).operationId,
      actor: slackUserId,
      environment: request.environment,
      reason: outcome,
    },
    'approval answered',
  );
}

/** The same where it is GitLab that asks: intended is recorded before it leaves, and what GitLab made of it after. */
async function recordGitLab(
  press: ApprovalPress & { readonly answer: 'approve' | 'reject' },
  about: { readonly request: ApprovalRequest; readonly actor: Actor },
  deps: AnswerApprovalDeps,
): Promise<void> {
  const intended = {
    ...auditOf(press, { ...about, now: deps.clock.now(), settings: deps.settings() }),
    outcome: 'intended',
  } as const;
  await deps.store.transaction((tables) => tables.audit.append(intended));
  const answered = await answerInGitLab(press, about, deps);
  const { request } = answered;
  if (answered.kind === 'refused') return refuse(press, { ...about, request, refusal: answered.refusal }, deps);
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    await tables.operations.wake(request.project.id, request.pipelineId, now);
    const entry = auditOf(press, { ...about, request, now, settings: deps.settings() });
    await tables.audit.append({ ...entry, outcome: 'succeeded', reason: request.state });
    const card = renderApprovalAnswered({ request, answer: press.answer });
    await answerPress(tables, press, { card, result: press.answer, now });
  });
  deps.wake('outbox');
  deps.wake('operations');
}

async function apply(
  tables: Pick<Tables, 'approvals'>,
  about: {
    readonly held: ApprovalRequest;
    readonly actor: Actor;
    readonly press: ApprovalPress;
    readonly now: Date;
  },
): Promise<ApprovalRequest> {
  const { held, actor, press, now } = about;
  if (press.answer === 'withdraw') {
    await tables.approvals.withdraw(held.id, actor);
    return withoutVote(held, actor);
  }
  const words = press.words?.trim().slice(0, maxWords);
  const vote: Vote = { voter: actor, answer: press.answer, words: words === '' ? undefined : words, at: now };
  await tables.approvals.vote(held.id, vote);
  return withVote(held, vote);
}

interface Refused {
  readonly refusal: Refusal;
  readonly actor?: Actor | undefined;
  readonly request?: ApprovalRequest | undefined;
}

/** When it was recorded, and under which rules. */
interface Recorded {
  readonly now: Date;
  readonly settings: Settings;
}

async function refuse(press: ApprovalPress, about: Refused, deps: AnswerApprovalDeps): Promise<void> {
  await deps.store.transaction((tables) =>
    writeRefusal(tables, press, { ...about, now: deps.clock.now(), settings: deps.settings() }),
  );
  deps.wake('outbox');
}

async function writeRefusal(tables: Tables, press: ApprovalPress, about: Refused & Recorded): Promise<void> {
  const { refusal, now } = about;
  await tables.audit.append({ ...auditOf(press, about), outcome: 'refused', reason: refusal.code });
  await answerPress(tables, press, { card: renderRefusal(refusal), result: refusal.code, now, isBeside: true });
}

async function answerPress(
  tables: Pick<Tables, 'outbox' | 'inbox'>,
  { to, row }: ApprovalPress,
  about: { readonly card: SlackContent; readonly result: string; readonly now: Date; readonly isBeside?: boolean },
): Promise<void> {
  const { card, result, now, isBeside = false } = about;
  const place = isBeside && to.kind === 'response_url' ? { ...to, replaceOriginal: false } : to;
  await tables.outbox.answer({ key: `answer/${row.key}`, to: place, ...card }, now);
  await tables.inbox.done(row.id, result, now);
}

function auditOf(
  { answer, slackUserId, channel }: ApprovalPress,
  { actor, request, now, settings }: Omit<Refused, 'refusal'> & Recorded,
): Omit<AuditEntry, 'outcome'> {
  return {
    at: now,
    ...(request && approvalEntry(request, { now, settings })),
    actor: actor ?? { slackUserId, gitlab: undefined },
    action: `approval.${answer}`,
    channel,
  };
}

function goneRefusal(): Refusal {
  return {
    code: 'approval_unknown',
    notDone: say`Nothing was done.`,
    fact: say`I do not know this request any more.`,
    todo: [{ kind: 'say', phrase: say`Ask for the deploy again, if it is still wanted.` }],
  };
}
