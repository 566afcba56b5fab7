import type { Card } from '../../src/cards/card.ts';
import { renderEnvironmentFree, renderWaitNoted } from '../../src/cards/environment-free.ts';
import { renderFailure } from '../../src/cards/failure.ts';
import { renderGitLabBack, renderGitLabWaitNoted } from '../../src/cards/gitlab-back.ts';
import { renderLockPassed } from '../../src/cards/lock-passed.ts';
import { renderLockPaused } from '../../src/cards/lock-paused.ts';
import { renderLockReleased } from '../../src/cards/lock-released.ts';
import { renderLockTaken } from '../../src/cards/lock-taken.ts';
import { renderLockTold } from '../../src/cards/lock-told.ts';
import { renderLockedAfterRollback } from '../../src/cards/locked-after-rollback.ts';
import { renderLocks } from '../../src/cards/locks.ts';
import { renderPauseOver } from '../../src/cards/pause-over.ts';
import { renderStartedAround } from '../../src/cards/started-around.ts';
import { renderStealQuestion } from '../../src/cards/steal-question.ts';
import type { Lock } from '../../src/domain/lock.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { ProjectRef } from '../../src/domain/project.ts';
import { operationWait } from '../../src/domain/wait.ts';

/** Each card about locks in each of its states; `outside` is what people and GitLab put in. */
export function lockCards(about: {
  readonly lock: Lock;
  readonly operation: Operation;
  readonly project: ProjectRef;
  readonly outside: string;
}): Readonly<Record<string, Card>> {
  const { lock, operation, project, outside } = about;
  const whole: Lock = { ...lock, environment: undefined, until: undefined };
  const bots: Lock = { ...whole, holder: 'chatops', environment: lock.environment };
  const by = { slackUserId: 'outside', gitlab: { username: outside, name: outside } };
  const slackUserId = lock.holder === 'chatops' ? '' : lock.holder.slackUserId;
  const wait = {
    project,
    environment: lock.environment ?? outside,
    slackUserId,
    channel: lock.channel,
    line: outside,
    since: lock.since,
  };
  const told = { version: outside, environment: outside, url: outside, by: by.gitlab };
  return {
    'lock taken, for a while': renderLockTaken({ lock, undo: outside }),
    'lock taken, on all': renderLockTaken({ lock: whole, undo: outside }),
    'lock released': renderLockReleased({ locks: [lock, whole] }),
    'lock told, taken': renderLockTold({ kind: 'taken', lock }),
    'lock told, taken over': renderLockTold({ kind: 'taken', lock, from: { ...lock, holder: lock.holder } }),
    'lock told, released': renderLockTold({ kind: 'released', lock, by }),
    'lock told, lapsed': renderLockTold({ kind: 'lapsed', lock }),
    'lock told, still there': renderLockTold({ kind: 'nagged', lock: whole, unlock: outside }),
    'lock told, ignored in GitLab': renderLockTold({ kind: 'ignored', lock, ...told }),
    'locks, none': renderLocks({ project: project.path, locks: [], add: outside }),
    'locks, of several': renderLocks({
      project: project.path,
      add: outside,
      locks: [
        { lock, unlock: outside },
        { lock: whole, unlock: undefined },
        { lock: bots, unlock: outside },
      ],
    }),
    'steal question': renderStealQuestion({ lock, steal: outside }),
    'lock paused a deploy': renderLockPaused({ operation, lock }),
    'lock that paused a deploy is gone': renderPauseOver({ operation, reason: 'locked', went: 'on', at: lock.since }),
    'deploy ended while a freeze paused it': renderPauseOver({
      operation,
      reason: 'frozen',
      went: 'out',
      at: lock.since,
    }),
    'lock passed by a rollback': renderLockPassed({ operation, lock }),
    'locked after a rollback': renderLockedAfterRollback({ lock: bots, unlock: outside }),
    'environment free': renderEnvironmentFree({ wait }),
    'started around approvals': renderStartedAround({
      project,
      version: outside,
      environment: outside,
      by: by.gitlab,
      url: outside,
    }),
    'started around approvals, by nobody known': renderStartedAround({
      project,
      version: outside,
      environment: outside,
      by: undefined,
      url: outside,
    }),
    'wait noted': renderWaitNoted({ wait }),
    'failure, to be told when GitLab is back': renderFailure({
      code: 'gitlab',
      notDone: '/deploy was not carried out.',
      fact: 'GitLab does not answer.',
      hint: '',
      mayHaveStarted: false,
      buttons: [
        {
          label: 'Tell me when it is back',
          spoken: 'Tell me when it is back: GitLab',
          actionId: 'wait_gitlab',
          value: outside,
        },
      ],
    }),
    'gitlab back': renderGitLabBack({ wait, commandPrefix: '' }),
    'gitlab back, for an approval': renderGitLabBack({
      wait: { ...wait, line: '/approve prod v1.4.0' },
      commandPrefix: 'gl-',
    }),
    'gitlab back, for a press on a deploy': renderGitLabBack({
      wait: { ...wait, line: operationWait(operation.id) },
      commandPrefix: '',
      pressed: { operation, url: outside },
    }),
    'gitlab back, when that has ended': renderGitLabBack({
      wait: { ...wait, line: operationWait(operation.id) },
      commandPrefix: '',
      pressed: { operation: { ...operation, state: 'failed' }, url: outside },
    }),
    'wait for gitlab noted': renderGitLabWaitNoted(),
  };
}
