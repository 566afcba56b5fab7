import { operationName } from '../../cards/deed-words.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import type { Actor } from '../../domain/actor.ts';
import { guessTier } from '../../domain/environment.ts';
import { cancelOperation, currentStep, finishOperation, type Operation, withStep } from '../../domain/operation.ts';
import { say } from '../../domain/phrase.ts';
import { decidePolicy } from '../../domain/policy.ts';
import { environmentRule } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { identifyActor } from '../input/identify-actor.ts';
import { isAdmin } from '../input/is-admin.ts';
import { readRights } from '../input/read-rights.ts';
import { refusePolicy } from '../input/refuse-policy.ts';
import type { Linking } from '../links/linking.ts';
import type { Clock, Counters, Log, Settings, SlackGateway, Wake } from '../ports.ts';
import type { AnswerDraft, Store } from '../store-ports.ts';
import { noteOperationEnd } from './note-operation-end.ts';
import { operationEntry, recordOperationEnd } from './record-operation.ts';
import { closeQuestion, showChange } from './show-change.ts';

export interface AnswerOperationDeps {
  readonly findLink: Linking['findLink'];
  readonly settings: () => Settings;
  readonly gitlab: Pick<
    GitLabReads,
    'userByName' | 'userByEmail' | 'accessLevel' | 'groupAccessLevel' | 'protections' | 'environmentNamed'
  >;
  readonly slack: Pick<SlackGateway, 'user' | 'groupMembers'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly counters: Pick<Counters, 'operation'>;
  readonly log: Log;
}

/** A press on a button of a running operation. */
export interface OperationPress {
  readonly operationId: string;
  readonly answer: 'promote' | 'stop' | 'cancel';
  readonly slackUserId: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
  readonly to: AnswerDraft['to'];
  readonly row: { readonly id: number; readonly key: string };
}

/**
 * Carries out a press on Promote, Stop here or Cancel. Whoever asked for the deploy may press; so may who could
 * deploy there (promote, stop) or a maintainer (cancel). The first press counts, later ones are told so.
 */
export async function answerOperation(press: OperationPress, deps: AnswerOperationDeps): Promise<void> {
  const operation = await deps.store.tables.operations.find(press.operationId);
  if (!operation) return answer(press, goneRefusal(), { actor: undefined, operation }, deps);
  const { actor, refusal } = await authorise(press, operation, deps);
  if (refusal) return answer(press, refusal, { actor, operation }, deps);

  const now = deps.clock.now();
  const done = await deps.store.transaction(async (tables) => {
    const held = await tables.operations.find(press.operationId);
    const next = held && carryOut(held, press.answer, now);
    if (!held || !next) return undefined;
    await tables.operations.save(next);
    await tables.audit.append({
      ...operationEntry(held, now),
      ...pressed(press, actor),
      ...decisionFacts(recordedPlace(held), deps.settings()),
      outcome: 'allowed',
    });
    if (next.state !== 'active') await recordOperationEnd(tables, next, now);
    const answered = press.answer === 'promote' ? 'promoted' : 'stopped';
    await closeQuestion(tables, held, { answer: answered, by: actor, at: now });
    await showChange(tables, next, { now, commandPrefix: deps.settings().commandPrefix });
    await tables.inbox.done(press.row.id, press.answer, now);
    return next;
  });
  if (!done) return answer(press, lateRefusal(operation), { actor, operation }, deps);
  deps.wake('outbox');
  deps.wake('operations');
  deps.log.info({ operation_id: operation.id, actor: press.slackUserId, reason: press.answer }, 'operation answered');
  noteOperationEnd(done, deps);
}

/** The operation after the press, or undefined when there is nothing left to press. */
function carryOut(operation: Operation, pressed: OperationPress['answer'], now: Date): Operation | undefined {
  if (pressed === 'cancel') return cancelOperation(operation, now);
  if (operation.state !== 'active') return undefined;
  const current = currentStep(operation);
  if (current?.step.kind !== 'ask') return undefined;
  if (pressed === 'stop')
    return finishOperation(withStep(operation, current.index, { reason: 'canceled_by_person' }), 'canceled', now);
  return { ...withStep(operation, current.index, { state: 'succeeded', endedAt: now }), nextCheckAt: now };
}

async function authorise(
  press: OperationPress,
  operation: Operation,
  deps: AnswerOperationDeps,
): Promise<{ readonly actor: Actor; readonly refusal?: Refusal }> {
  const settings = deps.settings();
  const { actor, restricted } = await identifyActor(press.slackUserId, { ...deps, settings });
  const own = press.slackUserId === operation.requester.slackUserId;
  if (own && press.answer !== 'promote' && !restricted) return { actor };
  const { slack } = deps;
  if (press.answer === 'cancel' && (await isAdmin({ actor, restricted, slack, settings }))) return { actor };
  const rules = settings.rulesFor(operation.project.path);
  const notDone = say`${operationName(operation)} goes on as before.`;
  // Who may deploy there was said in an entry that is gone: nothing new is begun by the defaults.
  if (!rules && press.answer === 'promote') return { actor, refusal: goneProject(operation, notDone) };
  const who = rules && environmentRule(rules, operation.environment)?.deployers;
  const asked = { actor, project: operation.project, rules, environment: operation.environment, who };
  const [rights, environment] = await Promise.all([
    readRights(asked, deps),
    deps.gitlab.environmentNamed(operation.project.id, operation.environment),
  ]);
  const decision = decidePolicy({
    action: press.answer === 'cancel' ? 'cancel_operation' : 'deploy',
    actor,
    restricted,
    // The first deployment makes the environment: until then GitLab cannot say its tier.
    tier: environment?.tier ?? guessTier(operation.environment),
    ...rights,
  });
  if (decision.kind === 'allow') return { actor };
  const project = {
    ref: operation.project,
    rules: rules ?? { path: operation.project.path, aliases: [], channels: [], environments: [] },
  };
  return {
    actor,
    refusal: refusePolicy(decision, {
      notDone,
      actor,
      project,
      environment: operation.environment,
      settings: deps.settings(),
    }),
  };
}

async function answer(
  press: OperationPress,
  refusal: Refusal,
  about: { readonly actor: Actor | undefined; readonly operation: Operation | undefined },
  deps: AnswerOperationDeps,
): Promise<void> {
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    await tables.audit.append({
      ...(about.operation ? operationEntry(about.operation, now) : { at: now, operationId: press.operationId }),
      ...pressed(press, about.actor),
      ...(about.operation && decisionFacts(recordedPlace(about.operation), deps.settings())),
      outcome: 'refused',
      reason: refusal.code,
    });
    await tables.outbox.answer({ key: `answer/${press.row.key}`, to: press.to, ...renderRefusal(refusal) }, now);
    await tables.inbox.done(press.row.id, refusal.code, now);
  });
  deps.wake('outbox');
}

/** Who pressed what where. */
function pressed({ slackUserId, answer: word, channel, threadTs }: OperationPress, actor: Actor | undefined) {
  return { actor: actor ?? { slackUserId, gitlab: undefined }, action: `operation.${word}`, channel, threadTs };
}

function recordedPlace({ project, environment, pipelineUrl }: Operation) {
  return { project: project.path, environment, url: pipelineUrl };
}

function goneProject({ project }: Operation, notDone: Refusal['notDone']): Refusal {
  return {
    code: 'project_gone',
    notDone,
    fact: say`${project.path} is not configured any more.`,
    todo: [{ kind: 'say', phrase: say`Ask whoever runs this bot to put it back into chatops.yml.` }],
  };
}

function goneRefusal(): Refusal {
  return {
    code: 'operation_unknown',
    notDone: say`Nothing was done.`,
    fact: say`I do not know this deploy any more.`,
    todo: [{ kind: 'say', phrase: say`Look in GitLab what became of it.` }],
  };
}

function lateRefusal(operation: Operation): Refusal {
  const ended = operation.state !== 'active';
  return {
    code: 'button_out_of_date',
    notDone: say`Nothing was done.`,
    fact: ended
      ? say`${operationName(operation)} has ended.`
      : say`This was answered already, or a job is being started this very moment.`,
    todo: [{ kind: 'open', label: 'Open the pipeline', url: operation.pipelineUrl }],
  };
}
