import { notDone } from '../../cards/deed-words.ts';
import { renderPlanClosed } from '../../cards/plan-closed.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import type { Actor } from '../../domain/actor.ts';
import { InvariantError } from '../../domain/errors.ts';
import { currentStep, finishOperation, isRun, type Operation, type Step, withStep } from '../../domain/operation.ts';
import { say } from '../../domain/phrase.ts';
import { type Deed, decidePress, type OperationPlan, type Plan, type PlanRefusal } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { beside } from '../beside.ts';
import type { Command, CommandResult } from '../command.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { createContext } from '../input/command-context.ts';
import { subjectOf } from '../input/deed-subject.ts';
import { identifyActor, identifyForRecord } from '../input/identify-actor.ts';
import { readCommand } from '../input/read-command.ts';
import { refusePress, typeAgain } from '../input/refuse-press.ts';
import { whereAsked } from '../input/where-asked.ts';
import type { Linking } from '../links/linking.ts';
import { refuseBrokenLink } from '../links/own-token.ts';
import { releaseWithDeploy } from '../locks/release-with-deploy.ts';
import { messageUrl } from '../notices/open-thread.ts';
import { announceOverride, overridden } from '../overrides/announce-override.ts';
import { loadPipeline } from '../pipelines/load-pipeline.ts';
import type { Clock, Counters, Log, NewId, Settings, SlackContent, SlackGateway, Wake } from '../ports.ts';
import type { AnswerDraft, Store, Tables } from '../store-ports.ts';
import { findChange } from '../tasks/find-change.ts';
import { findTaskChange } from '../tasks/find-task-change.ts';
import { taskRow } from '../tasks/task-work.ts';
import { noteOperationEnd } from './note-operation-end.ts';
import { planEntry } from './plan-entry.ts';
import { recordOperationEnd } from './record-operation.ts';
import { closeQuestion, showChange } from './show-change.ts';
import { showOperation, startOperation } from './start-operation.ts';

export interface ConfirmPlanDeps {
  readonly findLink: Linking['findLink'];
  readonly invite: Linking['invite'];
  readonly gitlabAs: Linking['gitlabAs'];
  readonly commands: readonly Command[];
  readonly settings: () => Settings;
  readonly gitlab: GitLabReads;
  readonly slack: Pick<SlackGateway, 'user' | 'place' | 'groupMembers'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly wake: Wake;
  readonly counters: Pick<Counters, 'operation'>;
  readonly maskSecrets: (text: string) => string;
  readonly log: Log;
}

/** A press on a plan's button. */
export interface PlanPress {
  readonly planId: string;
  readonly slackUserId: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
  readonly to: AnswerDraft['to'];
  readonly row: { readonly id: number; readonly key: string };
}

/**
 * Starts what a plan shows: claims it once, after asking everything again, since the world may have moved while the
 * card stood there. Plan, operation, thread, audit and answer become durable together.
 */
export async function confirmPlan(press: PlanPress, deps: ConfirmPlanDeps): Promise<void> {
  const now = deps.clock.now();
  const plan = await deps.store.tables.plans.find(press.planId);
  const refused = decidePress(plan, press.slackUserId, now);
  if (!plan || refused) return answerRefused({ press, plan, reason: refused ?? 'not_found' }, deps);

  const brokenLink = await refuseBrokenLink(press.slackUserId, notDone(plan.deed), deps);
  if (brokenLink) return answerOpen({ press, plan, refusal: brokenLink }, deps);

  const again = await planAgain(plan, deps);
  const { deed: shown } = plan;
  const refusal =
    shown.kind === 'task'
      ? findTaskChange(shown, again)
      : findChange(shown, again, { typeAgain: typeAgain(shown, deps.settings()) });
  if (refusal || again.kind !== 'planned') return answerVoid({ press, plan, refusal }, deps);
  if (shown.kind === 'task') return claimTask({ press, plan }, deps);
  const { deed } = again;
  if (deed.kind === 'task') throw new InvariantError('a plan to deploy became something else');

  const [{ pipeline, above }, asked] = await Promise.all([
    loadPipeline(shown.project, shown.pipelineId, deps),
    whereAsked({ ...press, toldIn: shown.channel, now }, deps.slack),
  ]);
  let aborted: Operation | undefined;
  await deps.store.transaction(async (tables) => {
    if (!(await tables.plans.close(plan.id, 'claimed', now))) return answerLate(tables, { press, plan, now }, deps);
    const begun = { plan, deed, pipeline, above, asked, id: deps.newId(), now };
    aborted = await abortOther(tables, { deed, by: plan.requester, now }, deps);
    const operation = await startOperation(tables, begun);
    if (!(await tables.operations.add(operation)))
      throw new InvariantError('another operation became active inside the transaction');
    await showOperation(tables, { operation, pipeline, now });
    await releaseWithDeploy(tables, { deed, actor: plan.requester, now });
    await announceOverride(tables, operation, { settings: deps.settings(), now });
    await tables.audit.append({
      ...planEntry({ press, plan, now }, plan.requester, deps.settings()),
      action: `${plan.deed.kind}.confirm`,
      outcome: 'allowed',
      ...overridden(again),
      checks: again.gates,
      operationId: operation.id,
    });
    const url = messageUrl(operation.rootKey);
    await answerInside(
      tables,
      { press, card: renderPlanClosed({ plan, how: 'confirmed', link: url }), result: 'confirmed' },
      now,
    );
  });
  if (aborted) noteOperationEnd(aborted, deps);
  deps.wake('outbox');
  deps.wake('operations');
  deps.log.info({ plan_id: plan.id, actor: press.slackUserId, environment: deed.environment }, 'plan confirmed');
}

/** What needs no operation is written down as work of ours, which goes on from there. */
async function claimTask(
  about: { readonly press: PlanPress; readonly plan: Plan },
  deps: ConfirmPlanDeps,
): Promise<void> {
  const { press, plan } = about;
  const now = deps.clock.now();
  const isClaimed = await deps.store.transaction(async (tables) => {
    if (!(await tables.plans.close(plan.id, 'claimed', now))) {
      await answerLate(tables, { press, plan, now }, deps);
      return false;
    }
    const asked = { channel: press.channel, threadTs: press.threadTs };
    await tables.inbox.add(taskRow({ planId: plan.id, to: press.to, asked }, now));
    await tables.audit.append({
      ...planEntry({ press, plan, now }, plan.requester, deps.settings()),
      action: 'task.confirm',
      outcome: 'allowed',
    });
    await answerInside(tables, { press, card: renderPlanClosed({ plan, how: 'confirmed' }), result: 'confirmed' }, now);
    return true;
  });
  deps.wake('outbox');
  deps.wake('inbox');
  if (isClaimed) deps.log.info({ plan_id: plan.id, actor: press.slackUserId }, 'plan confirmed');
}

/** A rollback that was to end a deploy under way ends our part of it here; its job is canceled as the first step. */
async function abortOther(
  tables: Tables,
  { deed, by, now }: { readonly deed: OperationPlan; readonly by: Actor; readonly now: Date },
  deps: ConfirmPlanDeps,
): Promise<Operation | undefined> {
  if (deed.kind !== 'rollback' || deed.aborts?.operationId === undefined) return undefined;
  const held = await tables.operations.find(deed.aborts.operationId);
  if (held?.state !== 'active') return undefined;
  const current = currentStep(held);
  // Tried again in a moment, when the plan made anew says what there is to cancel.
  if (
    current &&
    isUnderWay(current.step) &&
    !deed.steps.some(({ cancelsJobId }) => cancelsJobId === current.step.jobId)
  )
    throw new InvariantError('the deploy to be aborted has started a job that is not canceled');
  const marked = current ? withStep(held, current.index, { reason: 'canceled_by_person' }) : held;
  const ended = finishOperation(marked, 'canceled', now);
  await tables.operations.save(ended);
  await recordOperationEnd(tables, ended, now);
  await closeQuestion(tables, held, { answer: 'stopped', by, at: now });
  await showChange(tables, ended, { now, commandPrefix: deps.settings().commandPrefix, isTakenOver: true });
  return ended;
}

function isUnderWay(step: Step): boolean {
  return step.state === 'calling' || (step.state === 'running' && isRun(step));
}

/** Ends a plan without doing anything. */
export async function cancelPlan(press: PlanPress, deps: ConfirmPlanDeps): Promise<void> {
  const now = deps.clock.now();
  const plan = await deps.store.tables.plans.find(press.planId);
  const refused = decidePress(plan, press.slackUserId, now);
  if (!plan || refused) return answerRefused({ press, plan, reason: refused ?? 'not_found', pressed: 'cancel' }, deps);
  const isCanceled = await deps.store.transaction(async (tables) => {
    if (!(await tables.plans.close(plan.id, 'canceled', now))) {
      await answerLate(tables, { press, plan, now, pressed: 'cancel' }, deps);
      return false;
    }
    await tables.audit.append({
      ...planEntry({ press, plan, now }, plan.requester, deps.settings()),
      action: `${plan.deed.kind}.cancel`,
      outcome: 'allowed',
    });
    await answerInside(tables, { press, card: renderPlanClosed({ plan, how: 'canceled' }), result: 'canceled' }, now);
    return true;
  });
  deps.wake('outbox');
  if (isCanceled) deps.log.info({ plan_id: plan.id, actor: press.slackUserId }, 'plan canceled');
}

/** Runs the command of the plan once more, as the same person. */
async function planAgain(plan: Plan, deps: ConfirmPlanDeps): Promise<CommandResult> {
  const { deed } = plan;
  const settings = deps.settings();
  const about = subjectOf(deed);
  if (!settings.rulesFor(deed.project.path)) return { kind: 'refused', about, refusal: goneProject(deed) };
  const identified = await identifyActor(plan.requester.slackUserId, { ...deps, settings });
  const context = await createContext({ ...identified, channel: deed.channel, now: deps.clock.now() }, deps);
  const [name = '', ...rest] = deed.line.split(' ');
  const { command, words } = readCommand({ name, text: rest.join(' ') }, { ...deps, prefix: '' });
  return command.run(words, context);
}

function goneProject(deed: Deed): Refusal {
  return {
    code: 'project_gone',
    notDone: notDone(deed),
    fact: say`${deed.project.path} is not configured any more.`,
    todo: [{ kind: 'say', phrase: say`Ask whoever runs this bot to put it back into chatops.yml.` }],
  };
}

interface Unusable {
  readonly press: PlanPress;
  readonly plan: Plan | undefined;
  readonly reason: PlanRefusal;
  readonly actor: Actor;
  readonly now: Date;
  /** What was pressed; left out: the button that does it. */
  readonly pressed?: 'cancel';
}

async function answerRefused(about: Omit<Unusable, 'now' | 'actor'>, deps: ConfirmPlanDeps): Promise<void> {
  const { press, plan } = about;
  const isOwner = plan?.requester.slackUserId === press.slackUserId;
  const actor = isOwner ? plan.requester : await identifyForRecord(press.slackUserId, deps);
  const now = deps.clock.now();
  await deps.store.transaction((tables) => answerUnusable(tables, { ...about, actor, now }, deps));
  deps.wake('outbox');
}

/** Another press was quicker: the plan as it is now says what became of it. */
async function answerLate(
  tables: Tables,
  about: Omit<Unusable, 'reason' | 'actor'> & { readonly plan: Plan },
  deps: ConfirmPlanDeps,
): Promise<void> {
  const { press, now } = about;
  const plan = (await tables.plans.find(press.planId)) ?? about.plan;
  const reason = decidePress(plan, press.slackUserId, now) ?? 'lapsed';
  await answerUnusable(tables, { ...about, plan, actor: plan.requester, reason }, deps);
}

async function answerUnusable(tables: Tables, about: Unusable, deps: ConfirmPlanDeps): Promise<void> {
  const { press, plan, reason, now, pressed = 'confirm' } = about;
  await tables.audit.append({
    ...planEntry(about, about.actor, deps.settings()),
    action: `${plan?.deed.kind ?? 'plan'}.${pressed}`,
    outcome: 'refused',
    reason,
  });
  const used = plan && reason === 'already_used' ? await usedCard(tables, plan) : undefined;
  await answerInside(
    tables,
    { press, card: used ?? renderRefusal(refusePress(plan, reason, deps.settings())), result: reason },
    now,
  );
}

/** What the first press made of the card: shown again, so that a second one cannot overwrite it with anything else. */
async function usedCard(tables: Tables, plan: Plan): Promise<SlackContent | undefined> {
  if (plan.state === 'canceled') return renderPlanClosed({ plan, how: 'canceled' });
  if (plan.state !== 'claimed') return undefined;
  if (plan.deed.kind === 'task') return renderPlanClosed({ plan, how: 'confirmed' });
  const { project, pipelineId } = plan.deed;
  const operations = await tables.operations.ofPipeline(project.id, pipelineId);
  const operation = operations.find((candidate) => candidate.planId === plan.id);
  return renderPlanClosed({ plan, how: 'confirmed', link: operation && messageUrl(operation.rootKey) });
}

/** Not now: the plan stays as it is, and its card too. */
async function answerOpen(
  about: { readonly press: PlanPress; readonly plan: Plan; readonly refusal: Refusal },
  deps: ConfirmPlanDeps,
): Promise<void> {
  const { press, plan, refusal } = about;
  const now = deps.clock.now();
  const action = `${plan.deed.kind}.confirm`;
  await deps.store.transaction(async (tables) => {
    const entry = planEntry({ press, plan, now }, plan.requester, deps.settings());
    await tables.audit.append({ ...entry, action, outcome: 'refused', reason: refusal.code });
    const kept = { ...press, to: beside(press.to) };
    await answerInside(tables, { press: kept, card: renderRefusal(refusal), result: refusal.code }, now);
  });
  deps.wake('outbox');
}

async function answerVoid(
  about: { readonly press: PlanPress; readonly plan: Plan; readonly refusal: Refusal | undefined },
  deps: ConfirmPlanDeps,
): Promise<void> {
  const { press, plan, refusal } = about;
  const now = deps.clock.now();
  if (!refusal) throw new InvariantError('a plan that is void has a reason');
  await deps.store.transaction(async (tables) => {
    if (!(await tables.plans.close(plan.id, 'void', now))) return answerLate(tables, { press, plan, now }, deps);
    await tables.audit.append({
      ...planEntry({ press, plan, now }, plan.requester, deps.settings()),
      action: `${plan.deed.kind}.confirm`,
      outcome: 'refused',
      reason: refusal.code,
    });
    await answerInside(tables, { press, card: renderRefusal(refusal), result: refusal.code }, now);
  });
  deps.wake('outbox');
}

async function answerInside(
  tables: Tables,
  about: { readonly press: PlanPress; readonly card: SlackContent; readonly result: string },
  now: Date,
): Promise<void> {
  const { press, card, result } = about;
  await tables.outbox.answer({ key: `answer/${press.row.key}`, to: press.to, ...card }, now);
  await tables.inbox.done(press.row.id, result, now);
}
