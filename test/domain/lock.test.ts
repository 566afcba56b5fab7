import { describe, expect, it } from 'vitest';
import {
  blockingLocks,
  decideLock,
  decideUnlock,
  isHolder,
  isInForce,
  type Lock,
  nagAt,
} from '../../src/domain/lock.ts';
import { ann, at, project } from '../support/builders.ts';

const raj = { slackUserId: 'U0RAJ', gitlab: { id: 4, username: 'raj', name: 'Raj Patel' } } as const;

function aLock(change: Partial<Lock> = {}): Lock {
  return {
    id: 'lock-1',
    project,
    environment: 'production',
    holder: ann,
    reason: 'hotfix',
    since: at(0),
    channel: 'C0DEPLOYS',
    ...change,
  };
}

describe('isHolder', () => {
  it.each([
    ['the same person from another Slack account', aLock(), { ...ann, slackUserId: 'U0ANN2' }, true],
    ['somebody else from the same Slack account', aLock(), { ...raj, slackUserId: 'U0ANN' }, false],
    ['the same Slack account, no longer known in GitLab', aLock(), { slackUserId: 'U0ANN', gitlab: undefined }, true],
    ['nobody, where the bot holds it', aLock({ holder: 'chatops' }), ann, false],
  ])('%s', (_name, lock, actor, expected) => {
    expect(isHolder(lock, actor)).toBe(expected);
  });
});

describe('isInForce', () => {
  it('ends with its last moment, swept away or not', () => {
    const lock = aLock({ until: at(60) });

    expect([at(59), at(60)].map((now) => isInForce(lock, now))).toEqual([true, false]);
    expect(isInForce(aLock(), at(1e9))).toBe(true);
  });
});

describe('decideLock', () => {
  const own = { actor: ann, mayBreak: false };
  const other = { actor: raj, mayBreak: false };
  const breaker = { actor: raj, mayBreak: true };

  it.each([
    ['a free one', undefined, other, 'no', 'allow'],
    ['one’s own, anew', aLock(), own, 'no', 'allow'],
    ['a lapsed one of somebody else', aLock({ until: at(5) }), other, 'no', 'allow'],
    ['another’s', aLock(), other, 'no', 'locked'],
    ['another’s without the explicit form, by who could', aLock(), breaker, 'no', 'locked'],
    ['another’s by stealing without the right', aLock(), other, 'ask', 'lock_not_yours'],
    ['another’s by stealing', aLock(), breaker, 'ask', 'allow'],
    ['another’s, confirmed', aLock(), breaker, { lockId: 'lock-1' }, 'allow'],
    ['a newer one than was confirmed', aLock({ id: 'lock-2' }), breaker, { lockId: 'lock-1' }, 'lock_changed'],
    ['the bot’s', aLock({ holder: 'chatops' }), other, 'no', 'locked'],
    ['the bot’s, by stealing', aLock({ holder: 'chatops' }), breaker, 'ask', 'allow'],
  ] as const)('%s', (...[, held, rights, steal, expected]) => {
    const decision = decideLock(held, rights, { steal, now: at(10) });

    expect(decision.kind === 'allow' ? 'allow' : decision.reason).toBe(expected);
  });

  it('names the holder', () => {
    const lock = aLock();

    expect(decideLock(lock, other, { steal: 'no', now: at(10) })).toEqual({
      kind: 'refuse',
      reason: 'locked',
      lock,
      mayBreak: false,
    });
  });
});

describe('decideUnlock', () => {
  it.each([
    ['one’s own', aLock(), ann, false, undefined, 'allow'],
    ['one’s own, as shown', aLock(), ann, false, 'lock-1', 'allow'],
    ['one’s own, when it was replaced meanwhile', aLock({ id: 'lock-2' }), ann, false, 'lock-1', 'lock_changed'],
    ['one that is gone', undefined, ann, false, 'lock-1', 'lock_changed'],
    ['another’s', aLock(), raj, false, undefined, 'lock_not_yours'],
    ['another’s by name alone, by who could', aLock(), raj, true, undefined, 'lock_not_yours'],
    ['another’s by the button that shows it', aLock(), raj, true, 'lock-1', 'allow'],
    ['another’s by the button, without the right', aLock(), raj, false, 'lock-1', 'lock_not_yours'],
  ] as const)('%s', (...[, held, actor, mayBreak, lockId, expected]) => {
    const decision = decideUnlock(held, { actor, mayBreak }, lockId);

    expect(decision.kind === 'allow' ? 'allow' : decision.reason).toBe(expected);
  });
});

describe('blockingLocks', () => {
  const locks = [
    aLock(),
    aLock({ id: 'lock-2', environment: 'staging' }),
    aLock({ id: 'lock-3', environment: undefined }),
    aLock({ id: 'lock-4', until: at(5) }),
    aLock({ id: 'lock-5', holder: 'chatops' }),
  ];
  const blocking = (environment: string, actor: typeof ann | typeof raj) =>
    blockingLocks(locks, environment, { actor, now: at(10) }).map(({ id }) => id);

  it('are those of others on the environment and on the whole project', () => {
    expect(blocking('production', raj)).toEqual(['lock-1', 'lock-3', 'lock-5']);
    expect(blocking('staging', raj)).toEqual(['lock-2', 'lock-3']);
  });

  it('let their holder through, but for the bot’s', () => {
    expect(blocking('production', ann)).toEqual(['lock-5']);
    expect(blocking('staging', ann)).toEqual([]);
  });
});

describe('nagAt', () => {
  it('comes once per interval, for locks without end only', () => {
    expect(nagAt(aLock(), 60_000)).toEqual(at(60));
    expect(nagAt(aLock({ naggedAt: at(61) }), 60_000)).toEqual(at(121));
    expect(nagAt(aLock({ until: at(600) }), 60_000)).toBeUndefined();
  });
});
