import { renderLockTaken } from '../../cards/lock-taken.ts';
import { renderStealQuestion } from '../../cards/steal-question.ts';
import { commandLine } from '../../domain/command-line.ts';
import { InvariantError } from '../../domain/errors.ts';
import { decideLock, isHolder, isInForce, type Lock, type LockRights } from '../../domain/lock.ts';
import { say } from '../../domain/phrase.ts';
import type { Acted, CommandContext, CommandResult, ProjectContext } from '../command.ts';
import { tellIn } from '../input/tell-in.ts';
import type { Tables } from '../store-ports.ts';
import { explainLock } from './explain-lock.ts';
import { findPersonsLock } from './find-lock.ts';
import { placeWord, unlockLine } from './lock-lines.ts';
import { readLockRights, refuseLocking } from './lock-rights.ts';
import { tellFree } from './tell-free.ts';
import { tellLock } from './tell-lock.ts';

/** A lock to be taken. */
export interface LockRequest {
  readonly project: ProjectContext;
  readonly environment: string | undefined;
  readonly reason: string;
  readonly until: Date | undefined;
  /** As typed, with its end, for the button that asks again. */
  readonly words: readonly string[];
  /** `ask`: over another's lock only after a question; an id: the one that the question showed. */
  readonly steal: 'no' | 'ask' | { readonly lockId: string };
}

const notDone = say`Nothing was locked.`;

/**
 * Takes a lock. Of two who do it at once exactly one gets it; another's is taken over only by a maintainer or an admin,
 * who was shown it and confirmed. The bot's own stands beside it and stays.
 * @throws GitLabError
 */
export async function takeLock(request: LockRequest, context: CommandContext): Promise<CommandResult> {
  const { project, environment, steal } = request;
  const about = { project: project.ref.path, environment };
  const [refusal, rights] = await Promise.all([
    refuseLocking(project, notDone, context),
    readLockRights(project, context),
  ]);
  if (refusal) return { kind: 'refused', refusal, about };
  const scope = { project: project.ref, environment };
  const held = await findPersonsLock(context.tables, scope);
  const isOthers = held !== undefined && isInForce(held, context.now) && !isHolder(held, context.actor);
  if (isOthers && steal === 'ask' && rights.mayBreak) {
    const line = commandLine('', '/lock', [placeWord(scope), ...request.words, '--replaces', held.id]);
    return { kind: 'answer', card: renderStealQuestion({ lock: held, steal: line }), about };
  }
  // Without the question nothing of others is taken: it may be locked only since the command began.
  const confirmed = steal === 'ask' ? 'no' : steal;
  return { kind: 'act', about, apply: (tables, now) => apply(tables, { request, rights, confirmed, context, now }) };
}

async function apply(
  tables: Tables,
  about: {
    readonly request: LockRequest;
    readonly rights: LockRights;
    readonly confirmed: 'no' | { readonly lockId: string };
    readonly context: CommandContext;
    readonly now: Date;
  },
): Promise<Acted> {
  const { request, rights, confirmed, context, now } = about;
  const { project, environment, reason, until } = request;
  const { commandPrefix } = context.settings;
  const scope = { project: project.ref, environment };
  const held = await findPersonsLock(tables, scope);
  const decision = decideLock(held, rights, { steal: confirmed, now });
  if (decision.kind === 'refuse')
    return { kind: 'refused', refusal: explainLock(decision, { notDone, commandPrefix }) };
  const lock: Lock = {
    ...scope,
    id: `${project.ref.id}/${environment ?? ''}/${now.getTime().toString(36)}`,
    holder: context.actor,
    reason,
    since: now,
    until,
    channel: tellIn(project, context.channel),
  };
  if (!(await tables.locks.take(lock, held?.id))) throw new InvariantError('a lock changed inside the transaction');
  const from = held && isInForce(held, now) && !isHolder(held, context.actor) ? held : undefined;
  await tellLock(tables, { kind: 'taken', lock, from }, now);
  if (from) {
    await tables.audit.append({
      at: now,
      actor: from.holder,
      action: 'lock.lost',
      outcome: 'succeeded',
      reason: `taken_over_by ${context.actor.slackUserId}`,
      project: project.ref.path,
      environment,
    });
    // Who took it over may have waited for it.
    await tellFree(tables, now);
  }
  const undo = unlockLine(scope, { prefix: commandPrefix });
  return { kind: 'done', card: renderLockTaken({ lock, undo }), reason: from ? 'lock_taken_over' : 'locked' };
}
