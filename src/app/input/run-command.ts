import { renderConfigReloaded } from '../../cards/config-reloaded.ts';
import { renderFailure } from '../../cards/failure.ts';
import { renderRefusal } from '../../cards/refusal.ts';
import type { Actor } from '../../domain/actor.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import { asInstalled } from '../../domain/command-line.ts';
import { AppError, GitLabError, UsageError } from '../../domain/errors.ts';
import type { Operation } from '../../domain/operation.ts';
import { say } from '../../domain/phrase.ts';
import type { Plan } from '../../domain/plan.ts';
import { channelProject, type Reading, readings } from '../../domain/reading.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { answerApproval } from '../approvals/answer-approval.ts';
import type { Words } from '../arguments.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import type { Acted, ApprovalDecision, CommandResult, HeardEnvironment, ImmediateDeed, Subject } from '../command.ts';
import { rememberEnvironments } from '../environments/remember-environments.ts';
import { tellBackButtons } from '../locks/wait-for-gitlab.ts';
import { type ConfirmPlanDeps, confirmPlan } from '../operations/confirm-plan.ts';
import { noteOperationEnd } from '../operations/note-operation-end.ts';
import { renderPlan } from '../operations/render-plan.ts';
import type { SlackContent, SlackGateway } from '../ports.ts';
import { rememberProject } from '../projects/recent-projects.ts';
import type { ConfigReload } from '../projects/reload-config.ts';
import { resolveProject } from '../projects/resolve-project.ts';
import type { AnswerDraft } from '../store-ports.ts';
import { createContext } from './command-context.ts';
import { subjectOf } from './deed-subject.ts';
import { identifyActor, identifyForRecord } from './identify-actor.ts';
import { readCommand } from './read-command.ts';
import { keepFromShared } from './refuse-shared.ts';

/** What the command's use case needs: that of its plan's press, which it may stand for, and more. */
export interface RunCommandDeps extends ConfirmPlanDeps {
  /** Brings the settings up to what the store says. */
  readonly refreshSettings: () => Promise<void>;
  readonly configReload: Pick<ConfigReload, 'now'>;
  readonly slack: Pick<SlackGateway, 'user' | 'place' | 'isShared' | 'groupMembers'>;
}

/** A command as it was typed, or as a button stands for it. */
export interface CommandLine {
  readonly name: string;
  readonly text: string;
  readonly slackUserId: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
  /** Where the answer goes. */
  readonly to: AnswerDraft['to'];
  /** It leads to a plan to be confirmed even where nobody has to. */
  readonly onlyPlan?: boolean;
  /** Its plan was confirmed with another one, whose end it is. */
  readonly isConfirmed?: boolean;
  /** The inbox row it came in; done in the same transaction as its effect. */
  readonly row: { readonly id: number; readonly key: string };
}

/**
 * Runs one command: reads it, finds out who asks, lets the command read GitLab, and writes plan or deed, answer and
 * audit in one transaction. Never changes anything in GitLab. Every failure becomes an answer, so nobody waits in
 * silence.
 */
export async function runCommand(line: CommandLine, deps: RunCommandDeps): Promise<void> {
  const startedAt = deps.clock.now();
  let actor: Actor = { slackUserId: line.slackUserId, gitlab: undefined };
  let action = line.name.replace(/^\//, '');
  let effect: Outcome | ImmediateDeed;
  let read: ReturnType<typeof readCommand> | undefined;
  try {
    const prefix = deps.settings().commandPrefix;
    read = readCommand(line, { ...deps, prefix });
    const { command, words } = read;
    action = command.action?.(words) ?? command.name.slice(1);
    const [identified] = await Promise.all([
      identifyActor(line.slackUserId, { ...deps, settings: deps.settings() }),
      warmUp(line, words, deps),
    ]);
    actor = identified.actor;
    const context = await createContext({ ...identified, ...line, now: startedAt }, deps);
    const result = await keepFromShared(await command.run(words, context), line.channel, deps);
    if (result.kind === 'decide') return await answerApproval({ ...line, ...result }, deps);
    effect = result.kind === 'act' ? result : await toOutcome(result, actor, { deps, now: startedAt });
    const isAtOnce = result.kind === 'planned' && (result.atOnce || line.isConfirmed) && !line.onlyPlan;
    if (isAtOnce && 'plan' in effect && effect.plan) {
      await keepPlan(effect.plan, deps);
      return await confirmPlan({ ...line, planId: effect.plan.id }, deps);
    }
  } catch (error) {
    // What could not be read was thrown before anybody was asked for.
    if (!read) actor = await identifyForRecord(line.slackUserId, deps);
    effect = (read && (await answeredAway(error, { line, ...read }, deps))) ?? failed(error, line, deps);
  }
  const outcome = await record(line, { actor, action, effect, deps });
  if ('apply' in effect && effect.changesSettings) await deps.refreshSettings();
  if (outcome.ended) noteOperationEnd(outcome.ended, deps);
  deps.wake('outbox');
  // A deed may have left work for later.
  if ('apply' in effect) deps.wake('inbox');
  const { about } = outcome;
  deps.log.info(
    {
      command: line.name,
      actor: line.slackUserId,
      reason: outcome.reason,
      project: about.project,
      environment: about.environment,
      duration_ms: deps.clock.now().getTime() - startedAt.getTime(),
    },
    'command answered',
  );
}

interface Outcome {
  readonly card: SlackContent;
  readonly plan?: Plan | undefined;
  readonly audit: AuditEntry['outcome'];
  readonly reason?: string | undefined;
  readonly about: Subject;
  readonly heard?: readonly HeardEnvironment[] | undefined;
  readonly ended?: Operation | undefined;
}

/**
 * Asks for what nearly every command needs while GitLab says who asks: the answers are kept, so that the command finds
 * them there. What fails here fails again, and is told, where it is needed.
 */
async function warmUp(line: CommandLine, { words }: Words, deps: RunCommandDeps): Promise<void> {
  const { projects } = deps.settings();
  const candidates = readings(projects, channelProject(projects, line.channel), words);
  const ask = async ({ rules }: Reading): Promise<unknown> =>
    deps.gitlab.environments((await resolveProject(rules.path, deps)).id);
  await Promise.allSettled(candidates.map(ask));
}

async function toOutcome(
  result: Exclude<CommandResult, ImmediateDeed | ApprovalDecision>,
  actor: Actor,
  { deps, now }: { deps: RunCommandDeps; now: Date },
): Promise<Outcome> {
  switch (result.kind) {
    case 'reload': {
      const reloaded = await deps.configReload.now();
      const audit = { used: 'succeeded', same: 'no_op', refused: 'failed' } as const;
      const reason = { used: 'config_in_force', same: 'config_unchanged', refused: 'config_refused' } as const;
      return {
        card: renderConfigReloaded(reloaded),
        audit: audit[reloaded.kind],
        reason: reason[reloaded.kind],
        about: result.about,
      };
    }
    case 'answer':
      return { card: result.card, audit: 'allowed', about: result.about, heard: result.heard };
    case 'refused':
      return refused(result, result.about);
    case 'planned': {
      const { deed, warnings, checks } = result;
      const expiresAt = new Date(now.getTime() + deps.settings().planExpiresMs);
      const plan: Plan = { id: deps.newId(), state: 'open', requester: actor, deed, createdAt: now, expiresAt };
      const about = subjectOf(deed);
      return { card: renderPlan(plan, { warnings, checks }), plan, audit: 'allowed', reason: 'planned', about };
    }
  }
}

/** A plan that nobody has to confirm. Its command is not done yet: after a crash it is planned anew in place of this one. */
async function keepPlan(plan: Plan, deps: RunCommandDeps): Promise<void> {
  await deps.store.transaction(async (tables) => {
    await tables.plans.replaceOthers(plan);
    await tables.plans.add(plan);
  });
}

function toActed(acted: Acted, about: Subject): Outcome {
  return acted.kind === 'refused'
    ? refused(acted, about)
    : { card: acted.card, audit: 'succeeded', reason: acted.reason, about, ended: acted.ended };
}

function refused({ refusal, noOp }: { refusal: Refusal; noOp?: boolean }, about: Subject): Outcome {
  return { card: renderRefusal(refusal), audit: noOp ? 'no_op' : 'refused', reason: refusal.code, about };
}

/** What the command can say out of the store while GitLab does not answer. */
async function answeredAway(
  error: unknown,
  asked: { readonly line: CommandLine } & ReturnType<typeof readCommand>,
  deps: RunCommandDeps,
): Promise<Outcome | undefined> {
  if (!(error instanceof GitLabError && error.retryable)) return undefined;
  const { line, command, words } = asked;
  const context = { channel: line.channel, settings: deps.settings(), tables: deps.store.tables };
  const answer = await command.whenAway?.(words, context);
  if (!answer) return undefined;
  deps.log.warn({ command: line.name, actor: line.slackUserId, err: error }, 'command answered from the store');
  return { card: answer.card, audit: 'allowed', reason: 'from_store', about: answer.about };
}

function failed(error: unknown, line: CommandLine, deps: RunCommandDeps): Outcome {
  // Hints name commands as they are called by default.
  const { commandPrefix } = deps.settings();
  if (error instanceof UsageError) {
    const refusal = {
      code: error.code,
      notDone: say`Nothing was done.`,
      fact: say`${error.message}`,
      todo: [{ kind: 'say', phrase: say`${asInstalled(error.hint, commandPrefix)}` }],
    } as const;
    return { card: renderRefusal(refusal), audit: 'refused', reason: error.code, about: {} };
  }
  const code = error instanceof AppError ? error.code : 'internal';
  deps.log.error({ command: line.name, actor: line.slackUserId, err: error }, 'command failed');
  const hint = error instanceof AppError ? asInstalled(error.hint, commandPrefix) : 'The log of the bot says more.';
  const fact =
    error instanceof GitLabError && error.retryable
      ? 'GitLab does not answer.'
      : error instanceof AppError
        ? error.message
        : 'Something went wrong in the bot.';
  return {
    card: renderFailure({
      code,
      fact,
      hint,
      notDone: `${line.name} was not carried out.`,
      mayHaveStarted: false,
      buttons: tellBackButtons(error, line, deps),
    }),
    audit: 'failed',
    reason: code,
    about: {},
  };
}

/** Writes everything that comes of the command, and says what did: a deed may be refused only here. */
async function record(
  line: CommandLine,
  done: {
    readonly actor: Actor;
    readonly action: string;
    readonly effect: Outcome | ImmediateDeed;
    readonly deps: RunCommandDeps;
  },
): Promise<Outcome> {
  const { effect, deps } = done;
  const now = deps.clock.now();
  return deps.store.transaction(async (tables) => {
    const outcome = 'apply' in effect ? toActed(await effect.apply(tables, now), effect.about) : effect;
    if (outcome.plan) {
      await tables.plans.replaceOthers(outcome.plan);
      await tables.plans.add(outcome.plan);
    }
    await rememberEnvironments(tables, outcome.heard ?? [], now);
    await tables.audit.append({
      at: now,
      actor: done.actor,
      action: done.action,
      outcome: outcome.audit,
      reason: outcome.reason,
      channel: line.channel,
      threadTs: line.threadTs,
      planId: outcome.plan?.id,
      ...outcome.about,
      ...decisionFacts(outcome.about, deps.settings()),
    });
    if (outcome.about.project !== undefined) {
      await rememberProject(tables, line.slackUserId, outcome.about.project);
    }
    await tables.outbox.answer({ key: `answer/${line.row.key}`, to: line.to, ...outcome.card }, now);
    await tables.inbox.done(line.row.id, outcome.reason ?? outcome.audit, now);
    return outcome;
  });
}
