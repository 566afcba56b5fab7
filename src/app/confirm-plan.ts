import { renderPlanClosed } from '../cards/plan-closed.ts';
import { renderRefusal } from '../cards/refusal.ts';
import { commandLine } from '../domain/command-line.ts';
import { InvariantError } from '../domain/errors.ts';
import { bold, say, time, user } from '../domain/phrase.ts';
import { evolvePipeline, type Pipeline } from '../domain/pipeline.ts';
import { type DeployPlan, decidePress, type Plan, type PlanRefusal } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import { isSame } from '../domain/same.ts';
import type { CommandResult } from './command.ts';
import { createContext } from './command-context.ts';
import { identifyActor } from './identify-actor.ts';
import { messageUrl } from './open-thread.ts';
import { planDeploy } from './plan-deploy.ts';
import type {
  AnswerDraft,
  Clock,
  GitLabReads,
  Log,
  NewId,
  Settings,
  SlackContent,
  SlackGateway,
  Store,
  Tables,
  Wake,
} from './ports.ts';
import { readPipeline } from './read-pipeline.ts';
import { showOperation, startOperation } from './start-operation.ts';

export interface ConfirmPlanDeps {
  readonly settings: () => Settings;
  readonly gitlab: GitLabReads;
  readonly slack: Pick<SlackGateway, 'user'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly wake: Wake;
  readonly log: Log;
}

/** A press on a plan's button. */
export interface PlanPress {
  readonly planId: string;
  readonly slackUserId: string;
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

  const again = await planAgain(plan, deps);
  const refusal = findChange(plan.deed, again, deps);
  if (refusal || again.kind !== 'planned') return answerVoid({ press, plan, refusal }, deps);

  const pipeline = await loadPipeline(plan.deed, deps);
  await deps.store.transaction(async (tables) => {
    if (!(await tables.plans.close(plan.id, 'claimed', now))) return answerLate(tables, { press, plan, now }, deps);
    const operation = await startOperation(tables, { plan, deed: again.deed, pipeline, id: deps.newId(), now });
    if (!(await tables.operations.add(operation)))
      throw new InvariantError('another operation became active inside the transaction');
    await showOperation(tables, { operation, pipeline, now });
    await tables.audit.append({
      ...auditOf(plan, now),
      action: 'deploy.confirm',
      outcome: 'allowed',
      operationId: operation.id,
    });
    const url = messageUrl(operation.rootKey);
    await answerInside(
      tables,
      { press, card: renderPlanClosed({ plan, how: 'confirmed', link: url }), result: 'confirmed' },
      now,
    );
  });
  deps.wake('outbox');
  deps.wake('operations');
  deps.log.info({ plan_id: plan.id, actor: press.slackUserId, environment: plan.deed.environment }, 'plan confirmed');
}

/** Ends a plan without doing anything. */
export async function cancelPlan(press: PlanPress, deps: ConfirmPlanDeps): Promise<void> {
  const now = deps.clock.now();
  const plan = await deps.store.tables.plans.find(press.planId);
  const refused = decidePress(plan, press.slackUserId, now);
  if (!plan || refused)
    return answerRefused({ press, plan, reason: refused ?? 'not_found', action: 'deploy.cancel' }, deps);
  await deps.store.transaction(async (tables) => {
    if (!(await tables.plans.close(plan.id, 'canceled', now)))
      return answerLate(tables, { press, plan, now, action: 'deploy.cancel' }, deps);
    await tables.audit.append({ ...auditOf(plan, now), action: 'deploy.cancel', outcome: 'allowed' });
    await answerInside(tables, { press, card: renderPlanClosed({ plan, how: 'canceled' }), result: 'canceled' }, now);
  });
  deps.wake('outbox');
}

async function planAgain(plan: Plan, deps: ConfirmPlanDeps): Promise<CommandResult> {
  const { deed } = plan;
  const settings = deps.settings();
  const rules = settings.rulesFor(deed.project.path);
  const about = { project: deed.project.path, environment: deed.environment };
  if (!rules) return { kind: 'refused', about, refusal: goneProject(deed) };
  const [identified, known] = await Promise.all([
    identifyActor(plan.requester.slackUserId, { ...deps, settings }),
    deps.gitlab.environmentNamed(deed.project.id, deed.environment),
  ]);
  const context = await createContext({ ...identified, channel: deed.channel, now: deps.clock.now() }, deps);
  const job = deed.steps.findLast((step) => step.kind === 'play')?.job;
  return planDeploy(
    {
      project: { rules, ref: deed.project },
      environment: { name: deed.environment, known },
      version: deed.release.version,
      job,
    },
    context,
  );
}

/**
 * What the person confirmed must be what is done: the same commit, over the same live version, by the same steps of
 * the same pipeline.
 */
function findChange(shown: DeployPlan, again: CommandResult, deps: ConfirmPlanDeps): Refusal | undefined {
  const notDone = say`${shown.release.version} was not deployed to ${bold(shown.environment)}.`;
  const todo: Refusal['todo'] = [
    {
      kind: 'type',
      line: commandLine(deps.settings().commandPrefix, '/deploy', [shown.environment, shown.release.version]),
    },
  ];
  const sha = again.kind === 'planned' ? again.deed.release.sha : again.about.sha;
  if (sha !== undefined && sha !== shown.release.sha) {
    return {
      code: 'version_moved',
      notDone,
      fact: say`${shown.release.version} points to another commit than when the plan was shown (${shown.release.sha.slice(0, 8)}, now ${sha.slice(0, 8)}).`,
      todo,
    };
  }
  if (again.kind !== 'planned') return again.kind === 'refused' ? again.refusal : undefined;
  const now = again.deed;
  if (now.live?.sha !== shown.live?.sha) {
    return {
      code: 'live_changed',
      notDone,
      fact: say`${bold(shown.environment)} has changed since the plan was shown: it runs ${now.live?.version ?? 'nothing'} now.`,
      todo,
    };
  }
  if (now.pipelineId !== shown.pipelineId) {
    return {
      code: 'pipeline_changed',
      notDone,
      fact: say`Another pipeline of ${shown.release.version} is the newest since the plan was shown: #${now.pipelineId}, not #${shown.pipelineId}.`,
      todo,
    };
  }
  if (!isSame(now.steps, shown.steps)) {
    return {
      code: 'steps_changed',
      notDone,
      fact: say`The pipeline has moved on since the plan was shown, so its steps are others now.`,
      todo,
    };
  }
  return undefined;
}

function goneProject(deed: DeployPlan): Refusal {
  return {
    code: 'project_gone',
    notDone: say`${deed.release.version} was not deployed to ${bold(deed.environment)}.`,
    fact: say`${deed.project.path} is not configured any more.`,
    todo: [{ kind: 'say', phrase: say`Ask whoever runs this bot to put it back into chatops.yml.` }],
  };
}

async function loadPipeline(deed: DeployPlan, deps: ConfirmPlanDeps): Promise<Pipeline> {
  const held = await deps.store.tables.pipelines.find(deed.project.id, deed.pipelineId);
  if (held) return held;
  const observed = await readPipeline(deed.project, deed.pipelineId, deps);
  const fresh = evolvePipeline(undefined, observed, deps.clock.now());
  if (!fresh) throw new InvariantError('a pipeline read from GitLab folds to nothing');
  return fresh;
}

interface Unusable {
  readonly press: PlanPress;
  readonly plan: Plan | undefined;
  readonly reason: PlanRefusal;
  readonly now: Date;
  /** What was pressed; left out: Deploy. */
  readonly action?: 'deploy.cancel';
}

async function answerRefused(about: Omit<Unusable, 'now'>, deps: ConfirmPlanDeps): Promise<void> {
  const now = deps.clock.now();
  await deps.store.transaction((tables) => answerUnusable(tables, { ...about, now }, deps));
  deps.wake('outbox');
}

/** Another press was quicker: the plan as it is now says what became of it. */
async function answerLate(
  tables: Tables,
  about: Omit<Unusable, 'reason'> & { readonly plan: Plan },
  deps: ConfirmPlanDeps,
): Promise<void> {
  const { press, now } = about;
  const plan = (await tables.plans.find(press.planId)) ?? about.plan;
  const reason = decidePress(plan, press.slackUserId, now) ?? 'lapsed';
  await answerUnusable(tables, { ...about, plan, reason }, deps);
}

async function answerUnusable(tables: Tables, about: Unusable, deps: ConfirmPlanDeps): Promise<void> {
  const { press, plan, reason, now, action = 'deploy.confirm' } = about;
  await tables.audit.append({
    ...(plan ? auditOf(plan, now) : { at: now, planId: press.planId }),
    actor: { slackUserId: press.slackUserId, gitlab: undefined },
    action,
    outcome: 'refused',
    reason,
  });
  const used = plan && reason === 'already_used' ? await usedCard(tables, plan) : undefined;
  await answerInside(tables, { press, card: used ?? closedCard(plan, reason, deps), result: reason }, now);
}

/** What the first press made of the card: shown again, so that a second one cannot overwrite it with anything else. */
async function usedCard(tables: Tables, plan: Plan): Promise<SlackContent | undefined> {
  if (plan.state === 'canceled') return renderPlanClosed({ plan, how: 'canceled' });
  if (plan.state !== 'claimed') return undefined;
  const { project, pipelineId } = plan.deed;
  const operations = await tables.operations.ofPipeline(project.id, pipelineId);
  const operation = operations.find((candidate) => candidate.planId === plan.id);
  return renderPlanClosed({ plan, how: 'confirmed', link: operation && messageUrl(operation.rootKey) });
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
      ...auditOf(plan, now),
      action: 'deploy.confirm',
      outcome: 'refused',
      reason: refusal.code,
    });
    await answerInside(tables, { press, card: renderRefusal(refusal), result: refusal.code }, now);
  });
  deps.wake('outbox');
}

function closedCard(plan: Plan | undefined, reason: PlanRefusal, deps: ConfirmPlanDeps): SlackContent {
  const notDone = plan
    ? say`${plan.deed.release.version} was not deployed to ${bold(plan.deed.environment)} by this press.`
    : say`Nothing was done.`;
  const line = plan
    ? commandLine(deps.settings().commandPrefix, '/deploy', [plan.deed.environment, plan.deed.release.version])
    : commandLine(deps.settings().commandPrefix, '/deploy', []);
  const facts: Record<PlanRefusal, Refusal['fact']> = {
    not_owner: plan
      ? say`This plan belongs to ${user(plan.requester.slackUserId)}.`
      : say`This plan belongs to somebody else.`,
    already_used: say`This plan was used already.`,
    lapsed: plan ? say`This plan lapsed at ${time(plan.expiresAt)}.` : say`This plan has lapsed.`,
    replaced: say`You have asked for a newer plan since.`,
    not_found: say`I do not know this plan any more.`,
  };
  return renderRefusal({ code: `plan_${reason}`, notDone, fact: facts[reason], todo: [{ kind: 'type', line }] });
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

function auditOf(plan: Plan, now: Date) {
  const { deed } = plan;
  return {
    at: now,
    actor: plan.requester,
    project: deed.project.path,
    environment: deed.environment,
    version: deed.release.version,
    sha: deed.release.sha,
    pipelineId: deed.pipelineId,
    planId: plan.id,
    channel: deed.channel,
    url: deed.pipelineUrl,
  };
}
