import { renderDeployPlan } from '../cards/deploy-plan.ts';
import { renderFailure } from '../cards/failure.ts';
import { renderRefusal } from '../cards/refusal.ts';
import type { Actor } from '../domain/actor.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { AppError, GitLabError, UsageError } from '../domain/errors.ts';
import { didYouMean } from '../domain/nearest.ts';
import { say } from '../domain/phrase.ts';
import type { Plan } from '../domain/plan.ts';
import { channelProject, type Reading, readings } from '../domain/reading.ts';
import { readWords, type Words } from './arguments.ts';
import type { Command, CommandResult, Subject } from './command.ts';
import { createContext } from './command-context.ts';
import { identifyActor } from './identify-actor.ts';
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
  Wake,
} from './ports.ts';
import { resolveProject } from './resolve-project.ts';

/** What the command's use case needs. */
export interface RunCommandDeps {
  readonly commands: readonly Command[];
  readonly settings: () => Settings;
  readonly gitlab: GitLabReads;
  readonly slack: Pick<SlackGateway, 'user'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly wake: Wake;
  readonly log: Log;
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
  /** The inbox row it came in; done in the same transaction as its effect. */
  readonly row: { readonly id: number; readonly key: string };
}

/**
 * Runs one command: reads it, finds out who asks, lets the command read GitLab, and writes plan, answer and audit in
 * one transaction. Never changes anything in GitLab. Every failure becomes an answer, so nobody waits in silence.
 */
export async function runCommand(line: CommandLine, deps: RunCommandDeps): Promise<void> {
  const startedAt = deps.clock.now();
  let actor: Actor = { slackUserId: line.slackUserId, gitlab: undefined };
  let outcome: Outcome;
  try {
    const { command, words } = read(line, deps);
    const [identified] = await Promise.all([
      identifyActor(line.slackUserId, { ...deps, settings: deps.settings() }),
      warmUp(line, words, deps),
    ]);
    actor = identified.actor;
    const context = await createContext({ ...identified, ...line, now: startedAt }, deps);
    outcome = toOutcome(await command.run(words, context), actor, { deps, now: startedAt });
  } catch (error) {
    outcome = failed(error, line, deps);
  }
  await record(line, { actor, outcome, deps });
  deps.wake('outbox');
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
}

function read(line: CommandLine, deps: RunCommandDeps): { command: Command; words: ReturnType<typeof readWords> } {
  const prefix = deps.settings().commandPrefix;
  const typed = line.name.replace(/^\//, '').toLowerCase();
  const plain = prefix !== '' && typed.startsWith(prefix) ? typed.slice(prefix.length) : typed;
  const command = deps.commands.find((candidate) => candidate.name === `/${plain}`);
  if (command) return { command, words: readWords(line.text, command.flags) };
  const near = didYouMean(
    plain,
    deps.commands.map((candidate) => candidate.name.slice(1)),
  );
  throw new UsageError(`I do not know the command ${line.name.slice(0, 40)}.`, {
    hint: `Type: ${near ? `/${near}` : '/chatops help'}`,
  });
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

function toOutcome(result: CommandResult, actor: Actor, { deps, now }: { deps: RunCommandDeps; now: Date }): Outcome {
  switch (result.kind) {
    case 'answer':
      return { card: result.card, audit: 'allowed', about: result.about };
    case 'refused':
      return {
        card: renderRefusal(result.refusal),
        audit: result.noOp ? 'no_op' : 'refused',
        reason: result.refusal.code,
        about: result.about,
      };
    case 'planned': {
      const { deed, warnings } = result;
      const expiresAt = new Date(now.getTime() + deps.settings().planExpiresMs);
      const plan: Plan = { id: deps.newId(), state: 'open', requester: actor, deed, createdAt: now, expiresAt };
      const { project, environment, release, pipelineId } = deed;
      const about = { project: project.path, environment, version: release.version, sha: release.sha, pipelineId };
      return { card: renderDeployPlan({ plan, warnings }), plan, audit: 'allowed', reason: 'planned', about };
    }
  }
}

function failed(error: unknown, line: CommandLine, deps: RunCommandDeps): Outcome {
  if (error instanceof UsageError) {
    const refusal = {
      code: error.code,
      notDone: say`Nothing was done.`,
      fact: say`${error.message}`,
      todo: [{ kind: 'say', phrase: say`${asInstalled(error.hint, deps)}` }],
    } as const;
    return { card: renderRefusal(refusal), audit: 'refused', reason: error.code, about: {} };
  }
  const code = error instanceof AppError ? error.code : 'internal';
  deps.log.error({ command: line.name, actor: line.slackUserId, err: error }, 'command failed');
  const hint = error instanceof AppError ? error.hint : 'The log of the bot says more.';
  const fact =
    error instanceof GitLabError && error.retryable
      ? 'GitLab does not answer.'
      : error instanceof AppError
        ? error.message
        : 'Something went wrong in the bot.';
  return {
    card: renderFailure({ code, fact, hint, notDone: `${line.name} was not carried out.`, mayHaveStarted: false }),
    audit: 'failed',
    reason: code,
    about: {},
  };
}

/** Hints name commands as they are called by default. */
function asInstalled(hint: string, deps: RunCommandDeps): string {
  return hint.replace(/(^|\s)\/(?=[a-z])/g, `$1/${deps.settings().commandPrefix}`);
}

async function record(
  line: CommandLine,
  done: { readonly actor: Actor; readonly outcome: Outcome; readonly deps: RunCommandDeps },
): Promise<void> {
  const { outcome, deps } = done;
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    if (outcome.plan) {
      await tables.plans.replaceOthers(outcome.plan);
      await tables.plans.add(outcome.plan);
    }
    await tables.audit.append({
      at: now,
      actor: done.actor,
      action: line.name.replace(/^\//, ''),
      outcome: outcome.audit,
      reason: outcome.reason,
      channel: line.channel,
      planId: outcome.plan?.id,
      ...outcome.about,
    });
    await tables.outbox.answer({ key: `answer/${line.row.key}`, to: line.to, ...outcome.card }, now);
    await tables.inbox.done(line.row.id, outcome.reason ?? outcome.audit, now);
  });
}
