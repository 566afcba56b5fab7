import { renderLockReleased } from '../../cards/lock-released.ts';
import { commandLine } from '../../domain/command-line.ts';
import { decideUnlock, isHolder, isInForce, type Lock, type LockRights } from '../../domain/lock.ts';
import { bold, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Acted, CommandContext, CommandResult, ProjectContext } from '../command.ts';
import type { Tables } from '../store-ports.ts';
import { explainLock } from './explain-lock.ts';
import { locksAt } from './find-lock.ts';
import { readLockRights, refuseLocking } from './lock-rights.ts';
import { tellFree } from './tell-free.ts';
import { tellLock } from './tell-lock.ts';

/** What is to be released. */
export interface UnlockRequest {
  readonly project: ProjectContext;
  /** Undefined: `all`, which is one's own in that project, or with `lockId` the lock on the whole of it. */
  readonly environment: string | undefined;
  /** The lock that a button was made for. */
  readonly lockId: string | undefined;
}

const notDone = say`Nothing was unlocked.`;

/**
 * Releases one's own lock, all of one's own, or the very one that a button shows. Another's is released only by that
 * button, so that nobody does it unseen.
 * @throws GitLabError
 */
export async function releaseLock(request: UnlockRequest, context: CommandContext): Promise<CommandResult> {
  const { project, environment } = request;
  const about = { project: project.ref.path, environment };
  const [refusal, rights] = await Promise.all([
    refuseLocking(project, notDone, context),
    readLockRights(project, context),
  ]);
  if (refusal) return { kind: 'refused', refusal, about };
  const work = { request, rights, context };
  return { kind: 'act', about, apply: (tables, now) => apply(tables, { ...work, now }) };
}

interface Work {
  readonly request: UnlockRequest;
  readonly rights: LockRights;
  readonly context: CommandContext;
  readonly now: Date;
}

async function apply(tables: Tables, work: Work): Promise<Acted> {
  const { request, rights, context, now } = work;
  const { project, environment, lockId } = request;
  const { commandPrefix } = context.settings;
  if (environment === undefined && lockId === undefined) return releaseOwn(tables, work);
  const there = await locksAt(tables, { project: project.ref, environment });
  const held =
    there.find((lock) => (lockId === undefined ? isHolder(lock, rights.actor) : lock.id === lockId)) ?? there[0];
  if (lockId === undefined && (!held || !isInForce(held, now)))
    return { kind: 'refused', noOp: true, refusal: notLocked(work) };
  const decision = decideUnlock(held, rights, lockId);
  if (decision.kind === 'refuse')
    return { kind: 'refused', refusal: explainLock(decision, { notDone, commandPrefix }) };
  const released = held ? [held] : [];
  await release(tables, released, work);
  return { kind: 'done', card: renderLockReleased({ locks: released }), reason: 'unlocked' };
}

async function releaseOwn(tables: Tables, work: Work): Promise<Acted> {
  const { request, context, now } = work;
  const locks = await tables.locks.ofProject(request.project.ref.id);
  const own = locks.filter((lock) => isInForce(lock, now) && isHolder(lock, context.actor));
  if (own.length === 0) return { kind: 'refused', noOp: true, refusal: notLocked(work) };
  await release(tables, own, work);
  return { kind: 'done', card: renderLockReleased({ locks: own }), reason: 'unlocked' };
}

async function release(tables: Tables, locks: readonly Lock[], { context, now }: Work): Promise<void> {
  for (const lock of locks) {
    await tables.locks.release(lock.id);
    await tellLock(tables, { kind: 'released', lock, by: context.actor }, now);
  }
  await tellFree(tables, now);
}

function notLocked({ request, context }: Work): Refusal {
  const { project, environment } = request;
  return {
    code: 'not_locked',
    notDone,
    fact:
      environment === undefined
        ? say`You hold no lock in ${bold(project.ref.path)}.`
        : say`${bold(environment)} of ${bold(project.ref.path)} has no lock of its own.`,
    todo: [{ kind: 'type', line: commandLine(context.settings.commandPrefix, '/lock', []) }],
  };
}
