import { renderAskedLine } from '../../cards/asked-line.ts';
import { operationName } from '../../cards/deed-words.ts';
import { renderPlanClosed } from '../../cards/plan-closed.ts';
import { taskName } from '../../cards/task-words.ts';
import { type Actor, isSamePerson } from '../../domain/actor.ts';
import { commandLine } from '../../domain/command-line.ts';
import { UsageError } from '../../domain/errors.ts';
import { cancelOperation, type Operation } from '../../domain/operation.ts';
import { plainText, say, user } from '../../domain/phrase.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Refusal, Todo } from '../../domain/refusal.ts';
import type { Acted, CommandContext, CommandResult, Subject } from '../command.ts';
import { readLockRights } from '../locks/lock-rights.ts';
import { messageUrl } from '../notices/open-thread.ts';
import type { Tables } from '../store-ports.ts';
import { recordOperationEnd } from './record-operation.ts';
import { closeQuestion, showChange } from './show-change.ts';

const notDone = say`Nothing was canceled.`;

/** What can be canceled: a plan of the person's own, or a deed under way that they may end. */
type Target =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'operation'; readonly operation: Operation };

/**
 * `/chatops cancel [plan or operation]`: without a word the person's own plan or deploy, here in the thread or project.
 * Where there are several, or only those of others that a maintainer or an admin may end, buttons ask which.
 * @throws GitLabError, UsageError
 */
export async function cancelOwn(words: readonly string[], context: CommandContext): Promise<CommandResult> {
  const [id, ...more] = words;
  if (more.length > 0) throw new UsageError('I can cancel one thing at a time.', { hint: 'Type: /chatops cancel' });
  const { own, ofOthers, foreign } = await findTargets(id, context);
  const isPlain = id !== undefined || context.thread !== undefined;
  const [only] = isPlain || own.length > 0 ? (own.length > 0 ? own : ofOthers) : [];
  const isOne = own.length === 1 || (own.length === 0 && ofOthers.length === 1);
  if (only && isOne) return cancel(only, context);
  if (own.length + ofOthers.length > 0) return { kind: 'refused', refusal: whichOne({ own, ofOthers }), about: {} };
  const [other] = foreign;
  const refusal = other ? notYours(other) : nothing(context);
  return { kind: 'refused', refusal, about: other ? subjectOf({ kind: 'operation', operation: other }) : {} };
}

interface Targets {
  readonly own: readonly Target[];
  /** Of others, that this person may end. */
  readonly ofOthers: readonly Target[];
  /** Of others, that they may not. */
  readonly foreign: readonly Operation[];
}

async function findTargets(id: string | undefined, context: CommandContext): Promise<Targets> {
  const { tables, actor, now } = context;
  const [plans, active] = await Promise.all([
    tables.plans.openOf(actor.slackUserId, now),
    tables.operations.allActive(),
  ]);
  const operations = active.filter((operation) => isWanted(operation.id, operation, { id, context }));
  const mine = operations.filter(({ requester }) => isSamePerson(requester, actor));
  const others = operations.filter((operation) => !mine.includes(operation));
  const allowed = await Promise.all(others.map((operation) => mayCancel(operation, context)));
  return {
    own: [
      ...plans
        .filter(({ id: planId, deed }) => isWanted(planId, deed, { id, context }))
        .map((plan): Target => ({ kind: 'plan', plan })),
      ...mine.map((operation): Target => ({ kind: 'operation', operation })),
    ],
    ofOthers: others.flatMap((operation, at): readonly Target[] =>
      allowed[at] === true ? [{ kind: 'operation', operation }] : [],
    ),
    foreign: others.filter((_, at) => allowed[at] === false),
  };
}

/** By its id, else by where it is asked: the pipeline of the thread, the project of the channel, everywhere. */
function isWanted(
  own: string,
  about: { readonly project: { readonly path: string }; readonly pipelineId?: number | undefined },
  { id, context }: { readonly id: string | undefined; readonly context: CommandContext },
): boolean {
  if (id !== undefined) return own === id;
  const { thread, here } = context;
  if (thread) return about.pipelineId === thread.pipeline.id;
  return here === undefined || about.project.path === here.path;
}

async function mayCancel({ project }: Operation, context: CommandContext): Promise<boolean> {
  const rules = context.settings.rulesFor(project.path);
  return rules !== undefined && (await readLockRights({ ref: project, rules }, context)).mayBreak;
}

function cancel(target: Target, context: CommandContext): CommandResult {
  const about = subjectOf(target);
  return target.kind === 'plan'
    ? { kind: 'act', about, apply: (tables, now) => cancelPlan(tables, target.plan, now) }
    : { kind: 'act', about, apply: (tables, now) => cancelDeed(tables, target.operation, { context, now }) };
}

async function cancelPlan(tables: Tables, plan: Plan, now: Date): Promise<Acted> {
  if (!(await tables.plans.close(plan.id, 'canceled', now))) return { kind: 'refused', refusal: tooLate() };
  return { kind: 'done', card: renderPlanClosed({ plan, how: 'canceled' }), reason: 'plan_canceled' };
}

async function cancelDeed(
  tables: Tables,
  { id }: Operation,
  { context, now }: { readonly context: CommandContext; readonly now: Date },
): Promise<Acted> {
  const held = await tables.operations.find(id);
  const ended = held && cancelOperation(held, now);
  if (!held || !ended) return { kind: 'refused', refusal: tooLate() };
  const by: Actor = context.actor;
  await tables.operations.save(ended);
  await recordOperationEnd(tables, ended, now);
  await closeQuestion(tables, held, { answer: 'stopped', by, at: now });
  await showChange(tables, ended, { now, commandPrefix: context.settings.commandPrefix });
  const card = renderAskedLine({ operation: ended, threadUrl: messageUrl(ended.rootKey) });
  return { kind: 'done', card, reason: 'operation_canceled', ended };
}

function subjectOf(target: Target): Subject {
  if (target.kind === 'operation') {
    const { project, environment, release, pipelineId } = target.operation;
    return { project: project.path, environment, version: release.version, sha: release.sha, pipelineId };
  }
  const { deed } = target.plan;
  if (deed.kind === 'task') return { project: deed.project.path };
  const { project, environment, release, pipelineId } = deed;
  return { project: project.path, environment, version: release.version, sha: release.sha, pipelineId };
}

function whichOne({ own, ofOthers }: Pick<Targets, 'own' | 'ofOthers'>): Refusal {
  return {
    code: 'which_to_cancel',
    notDone,
    fact:
      own.length > 0
        ? say`Several can be canceled. Which one?`
        : say`Nothing here was asked for by you, and you may cancel what others asked for. Which one?`,
    todo: [...own, ...ofOthers].slice(0, 5).map((target): Todo => {
      const id = target.kind === 'plan' ? target.plan.id : target.operation.id;
      return {
        kind: 'press',
        label: labelOf(target),
        actionId: `run_command:${id}`.slice(0, 255),
        value: commandLine('', '/chatops', ['cancel', id]),
      };
    }),
  };
}

function labelOf(target: Target): string {
  const { version, environment } = subjectOf(target);
  const isTask = target.kind === 'plan' && target.plan.deed.kind === 'task';
  const words = isTask ? plainText(taskName(target.plan.deed.task)) : `${version} to ${environment}`;
  return target.kind === 'plan' ? `The plan: ${words}` : `Under way: ${words}`;
}

function notYours(operation: Operation): Refusal {
  return {
    code: 'cancel_not_yours',
    notDone,
    fact: say`${operationName(operation)} was asked for by ${user(operation.requester.slackUserId)}.`,
    todo: [{ kind: 'say', phrase: say`They, or a maintainer of the project, can cancel it.` }],
  };
}

function nothing({ settings }: CommandContext): Refusal {
  return {
    code: 'nothing_to_cancel',
    notDone,
    fact: say`You have no open plan here, and no deploy of yours is under way.`,
    todo: [{ kind: 'type', line: commandLine(settings.commandPrefix, '/deployments', []) }],
  };
}

function tooLate(): Refusal {
  return {
    code: 'cancel_too_late',
    notDone,
    fact: say`It has ended, or a job is being started this very moment.`,
    todo: [{ kind: 'say', phrase: say`Look at its thread, and ask again if it goes on.` }],
  };
}
