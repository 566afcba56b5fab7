import type { Actor } from './actor.ts';
import { allow, type Decision } from './decision.ts';
import type { ProjectRef } from './project.ts';

/** What a lock is on: one environment, or every environment of the project (`undefined`). */
export interface LockScope {
  readonly project: ProjectRef;
  readonly environment: string | undefined;
}

/** A lock as it stands. Each taking makes a new one: who releases names its id, so that a newer one stays. */
export interface Lock extends LockScope {
  readonly id: string;
  /** `chatops`: the bot's own, after a rollback; it stops everybody. */
  readonly holder: Actor | 'chatops';
  readonly reason: string;
  readonly since: Date;
  /** Undefined: until somebody releases it. */
  readonly until?: Date | undefined;
  /** Where it was told, and its end will be. */
  readonly channel: string;
  /** When its holder was last reminded of it. */
  readonly naggedAt?: Date | undefined;
}

/** What a person may do with locks, read before. */
export interface LockRights {
  readonly actor: Actor;
  /** A maintainer of the project, or one of `operations.admins`. */
  readonly mayBreak: boolean;
}

/** Why a lock is not taken or not released. */
export type LockReason = 'locked' | 'lock_not_yours' | 'lock_changed';

/** Why a lock is not taken or not released, and the one that stands in the way. */
export interface LockRefusal {
  readonly reason: LockReason;
  readonly lock: Lock | undefined;
  /** Whether this person could do it all the same, by the explicit form. */
  readonly mayBreak: boolean;
}

/** Whether the lock counts at this moment: a lapsed one is free, even before it was swept away. */
export function isInForce(lock: Lock, now: Date): boolean {
  return lock.until === undefined || now < lock.until;
}

/** Ownership is by GitLab user, since one person can have several Slack accounts; without one, by Slack user. */
export function isHolder(lock: Lock, actor: Actor): boolean {
  if (lock.holder === 'chatops') return false;
  const [holder, asker] = [lock.holder.gitlab?.id, actor.gitlab?.id];
  return holder === undefined || asker === undefined ? lock.holder.slackUserId === actor.slackUserId : holder === asker;
}

/**
 * Decides whether `actor` may take the lock. Own locks are taken anew, with the new reason and end. Another's only by
 * `steal`, which names the lock that was shown when it was confirmed: another one since is not stolen unseen.
 */
export function decideLock(
  held: Lock | undefined,
  rights: LockRights,
  about: { readonly steal: 'no' | 'ask' | { readonly lockId: string }; readonly now: Date },
): Decision<LockRefusal> {
  const { steal, now } = about;
  const { actor, mayBreak } = rights;
  if (!held || !isInForce(held, now)) return allow;
  if (isHolder(held, actor)) return allow;
  if (steal === 'no') return refuse('locked', held, mayBreak);
  if (!mayBreak) return refuse('lock_not_yours', held, mayBreak);
  return steal === 'ask' || steal.lockId === held.id ? allow : refuse('lock_changed', held, mayBreak);
}

/** Decides whether `actor` may release a lock; `lockId` is the one that they were shown, if they were shown one. */
export function decideUnlock(
  held: Lock | undefined,
  rights: LockRights,
  lockId: string | undefined,
): Decision<LockRefusal> {
  const { actor, mayBreak } = rights;
  if (lockId !== undefined && held?.id !== lockId) return refuse('lock_changed', held, mayBreak);
  if (!held) return refuse('lock_changed', held, mayBreak);
  if (isHolder(held, actor)) return allow;
  // Without the button that shows whose it is nobody releases another's lock.
  return lockId !== undefined && mayBreak ? allow : refuse('lock_not_yours', held, mayBreak);
}

/** Of the locks on an environment and on its whole project, those that stop this person now. */
export function blockingLocks(
  locks: readonly Lock[],
  environment: string,
  about: { readonly actor: Actor; readonly now: Date },
): readonly Lock[] {
  return locks.filter(
    (lock) =>
      (lock.environment === undefined || lock.environment === environment) &&
      isInForce(lock, about.now) &&
      !isHolder(lock, about.actor),
  );
}

/** When the holder of a lock without end is to be reminded of it; undefined: never. */
export function nagAt(lock: Lock, everyMs: number | undefined): Date | undefined {
  if (lock.until !== undefined || everyMs === undefined) return undefined;
  return new Date((lock.naggedAt ?? lock.since).getTime() + everyMs);
}

function refuse(reason: LockReason, lock: Lock | undefined, mayBreak: boolean): Decision<LockRefusal> {
  return { kind: 'refuse', reason, lock, mayBreak };
}
