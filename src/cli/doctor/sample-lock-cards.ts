import { renderAuditEntries } from '../../cards/audit-entries.ts';
import type { Card } from '../../cards/card.ts';
import { renderEnvironmentFree, renderWaitNoted } from '../../cards/environment-free.ts';
import { renderFreezePaused } from '../../cards/freeze-paused.ts';
import { renderGitLabBack, renderGitLabWaitNoted } from '../../cards/gitlab-back.ts';
import { renderLockPassed } from '../../cards/lock-passed.ts';
import { renderLockPaused } from '../../cards/lock-paused.ts';
import { renderLockReleased } from '../../cards/lock-released.ts';
import { renderLockTaken } from '../../cards/lock-taken.ts';
import { renderLockTold } from '../../cards/lock-told.ts';
import { renderLockedAfterRollback } from '../../cards/locked-after-rollback.ts';
import { renderLocks } from '../../cards/locks.ts';
import { renderPauseOver } from '../../cards/pause-over.ts';
import { renderStealQuestion } from '../../cards/steal-question.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Lock } from '../../domain/lock.ts';
import type { Operation } from '../../domain/operation.ts';
import type { ProjectRef } from '../../domain/project.ts';
import { sampleCheckCards } from './sample-check-cards.ts';

/** One of each card about locks, what else holds a deploy or takes it back, and what is recorded, for Slack to look at. */
export function sampleLockCards(about: {
  readonly project: ProjectRef;
  readonly actor: Actor;
  readonly at: Date;
  readonly line: string;
  readonly operation: Operation;
}): Readonly<Record<string, Card>> {
  const { project, actor, at, line, operation } = about;
  const scope = { project, environment: 'production' } as const;
  const lock: Lock = { ...scope, id: 'lock', holder: actor, reason: 'hotfix', since: at, channel: 'C0123456789' };
  const unlock = '/unlock acme/app:production';
  const wait = { ...scope, slackUserId: actor.slackUserId, channel: lock.channel, line, since: at };
  return {
    'lock taken': renderLockTaken({ lock, undo: unlock }),
    'lock released': renderLockReleased({ locks: [lock] }),
    'lock told': renderLockTold({ kind: 'taken', lock, from: lock }),
    locks: renderLocks({ project: project.path, locks: [{ lock, unlock }], add: '/lock environment reason' }),
    'steal question': renderStealQuestion({ lock, steal: '/lock acme/app:production hotfix' }),
    'lock paused': renderLockPaused({ operation, lock }),
    'freeze paused': renderFreezePaused({ operation, freeze: { source: 'settings', from: at, to: at } }),
    'pause over': renderPauseOver({ operation, reason: 'locked', went: 'on', at }),
    'lock passed': renderLockPassed({ operation, lock }),
    'locked after a rollback': renderLockedAfterRollback({ lock: { ...lock, holder: 'chatops' }, unlock }),
    'environment free': renderEnvironmentFree({ wait }),
    'wait noted': renderWaitNoted({ wait }),
    'gitlab back': renderGitLabBack({ wait, commandPrefix: '' }),
    'wait for gitlab noted': renderGitLabWaitNoted(),
    'audit entries': renderAuditEntries({
      entries: [{ at, actor: 'chatops', action: 'deploy', outcome: 'refused', reason: 'locked', url: project.url }],
      project: project.path,
      environment: 'production',
      head: `1:${'0'.repeat(64)}`,
    }),
    ...sampleCheckCards({ operation, at }),
  };
}
