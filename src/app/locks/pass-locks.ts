import { renderLockPassed } from '../../cards/lock-passed.ts';
import { renderLockedAfterRollback } from '../../cards/locked-after-rollback.ts';
import type { Actor, Person } from '../../domain/actor.ts';
import { blockingLocks, type Lock } from '../../domain/lock.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { Notice } from '../../domain/thread.ts';
import { whoAsked } from '../input/who-asked.ts';
import { playedJob } from '../notices/put-notice.ts';
import type { Tables } from '../store-ports.ts';
import { findBotsLock } from './find-lock.ts';
import { unlockLine } from './lock-lines.ts';
import { tellLock } from './tell-lock.ts';

/** A rollback that begins passes locks of others: their holders are told in its thread. */
export async function tellPassedLocks(tables: Tables, operation: Operation, now: Date): Promise<void> {
  if (operation.kind !== 'rollback') return;
  const { channel, rootKey, requester, environment, project } = operation;
  const locks = await tables.locks.ofProject(project.id);
  for (const lock of blockingLocks(locks, environment, { actor: requester, now })) {
    if (lock.holder === 'chatops') continue;
    const key = `${rootKey}/operation:${operation.id}/passed:${lock.id}`;
    await tables.outbox.put(
      { key, channel, rootKey, lane: 'deployment', ...renderLockPassed({ operation, lock }) },
      now,
    );
  }
}

/**
 * A rollback that succeeded locks its environment, so that nobody deploys the bad version again unseen; one that nobody
 * asked for does so however it ended. To be called in the transaction of the end.
 */
export async function lockAfterRollback(tables: Tables, operation: Operation, now: Date): Promise<void> {
  const { kind, state, lockAfter, fromVersion, release, byItself } = operation;
  if (kind !== 'rollback' || lockAfter !== true) return;
  if (state !== 'succeeded' && !(byItself && state === 'failed')) return;
  const became = state === 'succeeded' ? 'it was rolled back to' : 'I could not roll it back to';
  const reason =
    fromVersion === undefined ? `${became} ${release.version}` : `${fromVersion} is bad: ${became} ${release.version}`;
  await lockForBot(tables, { operation, environment: operation.environment, reason, bad: fromVersion }, now);
}

/**
 * Takes the bot's own lock, which stops everybody, beside a person's that is there; one of an earlier rollback it
 * replaces, since that names another version. In the transaction of what led to it.
 */
export async function lockForBot(
  tables: Tables,
  about: {
    readonly operation: Operation;
    readonly environment: string;
    readonly reason: string;
    /** The version that must not come again. */
    readonly bad: string | undefined;
    /** What led to it, in the audit; default: a rollback. */
    readonly because?: 'after_rollback' | 'bad_canary';
  },
  now: Date,
): Promise<void> {
  const { operation, environment, reason, bad, because = 'after_rollback' } = about;
  const { id, project, channel, rootKey } = operation;
  const held = await findBotsLock(tables, { project, environment });
  const lock: Lock = { id: `after-${id}`, project, environment, holder: 'chatops', reason, since: now, channel };
  if (held?.id === lock.id || !(await tables.locks.take(lock, held?.id))) return;
  await tables.audit.append({
    at: now,
    actor: 'chatops',
    action: 'lock',
    outcome: 'succeeded',
    reason: because,
    project: project.path,
    environment,
    version: bad,
    operationId: id,
    channel,
  });
  const unlock = unlockLine(lock, { prefix: '', lockId: lock.id });
  const key = `${rootKey}/operation:${id}/locked`;
  await tables.outbox.put(
    { key, channel, rootKey, lane: 'deployment', ...renderLockedAfterRollback({ lock, unlock }) },
    now,
  );
}

/** Deploys that were begun in GitLab, on its page or by a schedule, past a lock: channel and holder hear at once. */
export async function tellIgnoredLocks(
  tables: Tables,
  about: { readonly pipeline: Pipeline; readonly notices: readonly Notice[]; readonly now: Date },
): Promise<void> {
  const { pipeline, notices, now } = about;
  for (const notice of notices) {
    if (notice.kind !== 'deployment' || notice.outcome !== 'started') continue;
    const { environment, jobId, user, id } = notice.deployment;
    const locks = await tables.locks.ofProject(pipeline.project.id);
    const passed = blockingLocks(locks, environment, { actor: asActor(user), now }).filter(
      // Not every event carries GitLab's user id.
      ({ holder }) => holder === 'chatops' || user === undefined || holder.gitlab?.username !== user.username,
    );
    if (passed.length === 0 || (await whoAsked(tables, playedJob(pipeline, jobId)))) continue;
    for (const lock of passed) {
      const by = user;
      const url = notice.job?.url ?? `${pipeline.url}#${id}`;
      await tellLock(tables, { kind: 'ignored', lock, version: pipeline.ref, environment, url, by }, now);
    }
  }
}

/** Somebody of GitLab, whose Slack user does not matter: nobody's id is empty. */
function asActor(user: Person | undefined): Actor {
  return { slackUserId: '', gitlab: user };
}
